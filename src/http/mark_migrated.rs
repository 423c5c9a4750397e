//! `POST /mark_migrated`: a user_id in, the moment of its mark out.
use super::{
    body::{self, MarkMigrated},
    exchange::{self, Route},
    problem::Problem,
};
use crate::token::gate::Scope;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::SecondsFormat;
use serde::Serialize;

#[derive(Serialize)]
struct Marked {
    user_id: String,
    migrated_at: String,
    newly_marked: bool,
}

/// Answers `/mark_migrated`.
pub async fn answer(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let route = Route { name: "mark_migrated", scope: Scope::MarkMigrated };
    exchange::answer(request, payload, route, async |bridge, admitted, subject| {
        let given = body::parse::<MarkMigrated>(&admitted.body)?.checked()?;
        let client = &admitted.token.caller.client_id;
        let (user_id, mark) = bridge.accounts.mark_migrated(&given, client, admitted.deadline, subject).await?;
        let migrated_at = mark.migrated_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        serde_json::to_vec(&Marked { user_id, migrated_at, newly_marked: mark.newly_marked })
            .map_err(|_| Problem::InvalidRequest("the user_id is not text"))
    })
    .await
}
