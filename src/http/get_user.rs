//! `POST /get_user`: identifier in, the profile out.
use super::{
    body::{self, GetUser},
    exchange::{self, Route},
};
use crate::token::gate::Scope;
use actix_web::{HttpRequest, HttpResponse, web};

/// Answers `/get_user`.
pub async fn answer(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let route = Route { name: "get_user", scope: Scope::GetUser };
    exchange::answer(request, payload, route, async |bridge, admitted, subject| {
        let identifier = body::parse::<GetUser>(&admitted.body)?.checked()?;
        Ok(bridge.accounts.get_user(&identifier, admitted.deadline, subject).await?.json)
    })
    .await
}
