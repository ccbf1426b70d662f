//! The secret with the site's token.

use std::error::Error;

use aws_sdk_secretsmanager::Client;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::csm::client::Authorization;

/// A secret of Secrets Manager: `{"token": …}`, or `{"email": …, "apiToken": …}`, or a bare token.
#[derive(Clone, Debug)]
pub struct Secret {
    client: Client,
    id: String,
}

impl Secret {
    /// The secret of that name or ARN.
    pub const fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }
}

impl Authorization for Secret {
    async fn read(&self) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await?;
        Ok(answer.secret_string().and_then(authorization))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    token: String,
    email: String,
    api_token: String,
}

/// The `Authorization` header that a secret stands for; `None` when it holds nothing of use.
fn authorization(secret: &str) -> Option<String> {
    let secret = secret.trim();
    if !secret.starts_with('{') {
        return (!secret.is_empty()).then(|| format!("Bearer {secret}"));
    }
    let content: Content = serde_json::from_str(secret).ok()?;
    if !content.token.is_empty() {
        return Some(format!("Bearer {}", content.token));
    }
    let basic = || STANDARD.encode(format!("{}:{}", content.email, content.api_token));
    (!content.email.is_empty() && !content.api_token.is_empty())
        .then(|| format!("Basic {}", basic()))
}

#[cfg(test)]
mod tests {
    use super::authorization;

    #[test]
    fn a_secret_is_a_token_or_an_email_with_an_api_token() {
        for (secret, header) in [
            (r#"{"token":"t"}"#, Some("Bearer t")),
            (r#"{"email":"a@b.c","apiToken":"x"}"#, Some("Basic YUBiLmM6eA==")),
            ("t", Some("Bearer t")),
            ("{}", None),
            ("", None),
            (r#"{"email":"a@b.c"}"#, None),
            ("{broken", None),
        ] {
            assert_eq!(authorization(secret).as_deref(), header, "{secret}");
        }
    }
}
