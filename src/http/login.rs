//! `POST /login`: identifier and password in, the profile out.
use super::{
    body::{self, Login},
    exchange::{self, Route},
};
use crate::token::gate::Scope;
use actix_web::{HttpRequest, HttpResponse, web};

/// Answers `/login`.
pub async fn answer(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let route = Route { name: "login", scope: Scope::Login };
    exchange::answer(request, payload, route, async |bridge, admitted, subject| {
        let (identifier, password) = body::parse::<Login>(&admitted.body)?.checked()?;
        Ok(bridge.accounts.login(&identifier, password, admitted.deadline, subject).await?.json)
    })
    .await
}
