//! `POST /api/v2/jobs/users-imports`. Texts of the Management API's description (post_users-imports, 2026).
use super::{
    answer::Answer,
    jobs::{self, Job},
    shared::Shared,
};
use hyper::{HeaderMap, body::Bytes, header};
use serde_json::Value;
use std::sync::Arc;

/// The parts of an upload.
#[derive(Default)]
struct Upload {
    users: Option<Bytes>,
    connection_id: Option<String>,
    upsert: bool,
    external_id: Option<String>,
    send_completion_email: bool,
}

/// Takes an upload and starts its job.
pub async fn accept(shared: &Arc<Shared>, headers: &HeaderMap, body: Bytes) -> Answer {
    let settings = &shared.settings;
    if body.len() > settings.max_bytes {
        let message = format!("Payload content length greater than maximum allowed: {}", settings.max_bytes);
        return Answer::error_without_code(413, &message);
    }
    let upload = match read(headers, body).await {
        Ok(upload) => upload,
        Err(refusal) => return refusal,
    };
    let Some(users) = upload.users else {
        return Answer::error_without_code(400, "Must provide 'users' file as multipart part.");
    };
    if users.is_empty() {
        return Answer::error_without_code(400, "Users file must not be empty.");
    }
    let Some(connection_id) = upload.connection_id else {
        return Answer::error_without_code(400, "Must provide 'connection_id' as multipart part.");
    };
    if let Some(refusal) = connection_refusal(shared, &connection_id) {
        return refusal;
    }
    let parsed = match serde_json::from_slice(&users) {
        Ok(Value::Array(users)) => Some(users),
        _ => None,
    };
    let readable = parsed.is_some();
    let mut job = Job::new(parsed.unwrap_or_default(), upload.upsert, upload.external_id, upload.send_completion_email);
    if !readable {
        job.fails_after =
            Some((0, "Failed to parse users file JSON when importing users. Make sure it is valid JSON."));
    }
    let answer = Answer::json(202, &job.shown(settings.time_per_user));
    let id = job.id.clone();
    if let Err(active) = shared.lock().accept(job, settings.max_jobs) {
        let message = format!(
            "There are {active} active import users jobs, please wait until some of them are finished and try again"
        );
        return Answer::error_without_code(429, &message);
    }
    tokio::spawn(jobs::run(Arc::clone(shared), id));
    answer
}

async fn read(headers: &HeaderMap, body: Bytes) -> Result<Upload, Answer> {
    let invalid =
        || Answer::error(400, "Payload validation error: 'Invalid multipart payload format'.", "invalid_body");
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok()).ok_or_else(invalid)?;
    let stream = futures_util::stream::once(async move { Ok::<_, std::io::Error>(body) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut upload = Upload { send_completion_email: true, ..Upload::default() };
    while let Some(part) = parts.next_field().await.map_err(|_| invalid())? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let content = part.bytes().await.map_err(|_| invalid())?;
        if name == "users" {
            upload.users = is_file.then_some(content);
            continue;
        }
        let text = String::from_utf8(content.to_vec()).map_err(|_| invalid())?;
        match name.as_str() {
            "connection_id" => upload.connection_id = Some(text),
            "external_id" => upload.external_id = Some(text),
            "upsert" => upload.upsert = boolean(&name, &text)?,
            "send_completion_email" => upload.send_completion_email = boolean(&name, &text)?,
            // The description allows additional properties.
            _ => {}
        }
    }
    Ok(upload)
}

fn boolean(name: &str, text: &str) -> Result<bool, Answer> {
    text.parse().map_err(|_| {
        let message =
            format!("Payload validation error: 'Expected type boolean but found type string' on property {name}");
        Answer::error(400, &message, "invalid_body")
    })
}

fn connection_refusal(shared: &Shared, id: &str) -> Option<Answer> {
    let is_id = id
        .strip_prefix("con_")
        .is_some_and(|rest| rest.len() == 16 && rest.chars().all(|character| character.is_ascii_alphanumeric()));
    if !is_id {
        // The text of issue 1327 of auth0/docs.
        let message =
            "Payload validation error: 'String does not match pattern ^con_[A-Za-z0-9]{16}$' on property connection_id";
        return Some(Answer::error(400, message, "invalid_body"));
    }
    if id != super::CONNECTION_ID {
        return Some(Answer::error(400, "The connection does not exist.", "inexistent_connection"));
    }
    if !shared.settings.connection_enabled {
        return Some(Answer::error_without_code(400, "Connection must be enabled."));
    }
    if !shared.settings.import_mode {
        let message = "Custom Database Connections without import mode are not allowed.";
        return Some(Answer::error_without_code(400, message));
    }
    None
}
