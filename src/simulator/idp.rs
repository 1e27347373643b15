//! The identity provider: tokens for a user name and password, their renewal, and the end of a session.

use serde_json::json;

use super::action::Action;
use super::asked::Asked;
use super::service::{Service, lock, oauth_error};
use super::wire::Reply;

impl Service {
    /// `POST …/token`.
    pub(super) fn token(&self, asked: &Asked, action: Option<&Action>) -> Reply {
        if !self.knows_client(asked) {
            return oauth_error(401, "invalid_client", "Invalid client or Invalid client credentials");
        }
        match asked.field("grant_type") {
            Some("password") => self.login(asked, action),
            Some("refresh_token") => self.renew(asked, action),
            Some(_) => oauth_error(400, "unsupported_grant_type", "Unsupported grant_type"),
            None => oauth_error(400, "invalid_request", "Missing form parameter: grant_type"),
        }
    }

    fn login(&self, asked: &Asked, action: Option<&Action>) -> Reply {
        let (Some(username), Some(password)) = (asked.field("username"), asked.field_bytes("password")) else {
            return oauth_error(400, "invalid_request", "Missing form parameter");
        };
        let users = &self.script.users;
        let known = users.iter().any(|user| user.username == username && user.password.expose() == password);
        let anyone = users.is_empty() && !username.is_empty() && !password.is_empty();
        if !known && !anyone {
            return oauth_error(401, "invalid_grant", "Invalid user credentials");
        }
        self.issue(action)
    }

    fn renew(&self, asked: &Asked, action: Option<&Action>) -> Reply {
        let Some(refresh) = asked.field("refresh_token") else {
            return oauth_error(400, "invalid_request", "No refresh token");
        };
        if !lock(&self.tokens).redeem(refresh, self.now()) {
            return oauth_error(400, "invalid_grant", "Refresh token expired");
        }
        self.issue(action)
    }

    fn issue(&self, action: Option<&Action>) -> Reply {
        let access_seconds = match action {
            Some(Action::Lifetime { seconds }) => *seconds,
            _ => self.script.token_seconds,
        };
        let issued = lock(&self.tokens).issue(access_seconds, self.script.refresh_seconds, self.now());
        let Some(pair) = issued else { return Reply::new(500) };
        let body = json!({
            "access_token": pair.access,
            "expires_in": pair.access_seconds,
            "refresh_expires_in": pair.refresh_seconds,
            "refresh_token": pair.refresh,
            "token_type": "bearer",
            "not-before-policy": 0,
            "session_state": "00000000-0000-4000-8000-000000000000",
            "scope": "email profile",
        });
        let mut body = body;
        if let Some(Action::ExpiresIn(text)) = action {
            body["expires_in"] = serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into());
        }
        Reply::json(200, &body).with("Cache-Control", "no-store")
    }

    /// `POST …/logout`: 204.
    pub(super) fn logout(&self, asked: &Asked) -> Reply {
        if !self.knows_client(asked) {
            return oauth_error(401, "invalid_client", "Invalid client or Invalid client credentials");
        }
        match asked.field("refresh_token") {
            Some(refresh) if lock(&self.tokens).redeem(refresh, self.now()) => Reply::new(204),
            Some(_) => oauth_error(400, "invalid_grant", "Invalid refresh token"),
            None => oauth_error(400, "invalid_request", "No refresh token"),
        }
    }

    fn knows_client(&self, asked: &Asked) -> bool {
        matches!(
            (asked.realm.as_str(), asked.field("client_id")),
            ("rut-stag", Some("api-stag")) | ("rut", Some("api-prod"))
        )
    }
}
