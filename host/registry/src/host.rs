//! One registry: who asks it, how often it is asked again, and where it may lead.

mod challenge;
mod token;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::Engine as _;
use http::{HeaderValue, Method, StatusCode, header};
use shipworthy_contract::{Secret, text::excerpt};
use tokio::sync::OnceCell;

use self::challenge::Challenge;
use crate::{
    CredentialProblem, Problem, RegistryAccess, RegistryOptions, Tried,
    client::Call,
    credentials::{self, Credential, Proof},
    limits::MOST_REDIRECTS,
    wire::{Address, Answer, Asked, Origin, Wire},
};

/// What is to be done in a repository, as a token's scope names it (distribution's token specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Pull,
    Push,
    /// Nothing: only whether one may ask at all.
    Look,
}

/// A registry, and what is known of it by now.
#[derive(Debug)]
pub(crate) struct Host {
    /// As references have it.
    pub(crate) name: String,
    pub(crate) origin: Origin,
    access: RegistryAccess,
    options: Arc<RegistryOptions>,
    wire: Arc<Wire>,
    credential: OnceCell<Option<Credential>>,
    login: Mutex<Login>,
}

/// How the registry wants to be told who asks.
#[derive(Debug, Default)]
struct Login {
    /// Name and password on every request, once it asked for them.
    basic: Option<HeaderValue>,
    /// Tokens by scope.
    tokens: BTreeMap<String, HeaderValue>,
}

impl Host {
    pub(crate) fn new(name: &str, options: &Arc<RegistryOptions>, wire: &Arc<Wire>) -> Self {
        let access = options.access(name);
        Self {
            name: name.to_owned(),
            origin: Origin { tls: !access.plain_http, authority: name.to_owned() },
            access,
            options: Arc::clone(options),
            wire: Arc::clone(wire),
            credential: OnceCell::new(),
            login: Mutex::default(),
        }
    }

    /// Asks the registry itself, and proves who asks if it wants to know.
    pub(crate) async fn ask(&self, call: &Call, asked: Asked) -> Result<Answer, Problem> {
        let scope = match call.action {
            Action::Pull => format!("repository:{}:pull", call.repository),
            Action::Push => format!("repository:{}:pull,push", call.repository),
            Action::Look => String::new(),
        };
        let known = self.known(&scope);
        let answer = self.send(call, &asked, known.clone()).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return self.allowed(answer).await;
        }
        let Some(proof) = self.log_in(call, &answer, &scope, known.is_some()).await? else {
            return Err(self.unauthorized(&answer).await);
        };
        let answer = self.send(call, &asked, Some(proof)).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.unauthorized(&answer).await);
        }
        self.allowed(answer).await
    }

    /// As [`Self::ask`] for a download, which may lie elsewhere. Whoever keeps it there is told nothing of who asks.
    pub(crate) async fn download(&self, call: &Call, asked: Asked) -> Result<Answer, Problem> {
        let mut answer = self.ask(call, asked.clone()).await?;
        for _ in 0..MOST_REDIRECTS {
            let Some(address) = self.redirected(&answer)? else { return Ok(answer) };
            let access = self.access_to(&address.origin);
            let elsewhere = Asked { address, headers: http::HeaderMap::new(), ..asked.clone() };
            answer = self.wire.ask(&access, &elsewhere, &call.sent).await?;
        }
        match self.redirected(&answer)? {
            None => Ok(answer),
            Some(address) => {
                Err(Problem::Redirect { target: address.origin.to_string(), what: "too many others were" })
            }
        }
    }

    /// Where an answer leads, if it leads anywhere.
    fn redirected(&self, answer: &Answer) -> Result<Option<Address>, Problem> {
        if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let location = answer.header(header::LOCATION).unwrap_or_default();
        let address = answer.from.join(location).ok_or_else(|| Problem::Redirect {
            target: match excerpt(location.split('?').next().unwrap_or_default(), 80) {
                target if target.is_empty() => "nowhere".to_owned(),
                target => target,
            },
            what: "that is no address",
        })?;
        if answer.from.origin.tls && !address.origin.tls {
            return Err(Problem::Redirect {
                target: address.origin.to_string(),
                what: "it leads out of TLS into plain HTTP",
            });
        }
        if !address.origin.tls && !self.access_to(&address.origin).plain_http {
            return Err(Problem::Redirect {
                target: address.origin.to_string(),
                what: "plain HTTP is not allowed there",
            });
        }
        Ok(Some(address))
    }

    /// How a server that the registry names is reached: as is said of it, else as the registry is.
    fn access_to(&self, origin: &Origin) -> RegistryAccess {
        self.options.hosts.get(&origin.authority).unwrap_or(&self.access).clone()
    }

    async fn send(&self, call: &Call, asked: &Asked, proof: Option<HeaderValue>) -> Result<Answer, Problem> {
        match proof {
            None => self.wire.ask(&self.access, asked, &call.sent).await,
            Some(proof) => {
                let asked = asked.clone().with(header::AUTHORIZATION, proof);
                self.wire.ask(&self.access, &asked, &call.sent).await
            }
        }
    }

    fn known(&self, scope: &str) -> Option<HeaderValue> {
        let login = self.login.lock().unwrap_or_else(PoisonError::into_inner);
        login.tokens.get(scope).or(login.basic.as_ref()).cloned()
    }

    /// What to prove with after a registry asked who this is; none if there is nothing more to show.
    async fn log_in(
        &self,
        call: &Call,
        answer: &Answer,
        scope: &str,
        shown: bool,
    ) -> Result<Option<HeaderValue>, Problem> {
        let challenges = challenge::read(&answer.headers.get_all(header::WWW_AUTHENTICATE))?;
        match challenges {
            Challenge::Basic => {
                let credential = self.credential().await?;
                let Some(Credential { proof: Proof::Password(name, password), .. }) = credential else {
                    return Ok(None);
                };
                if shown {
                    return Ok(None);
                }
                let basic = basic(name, password)?;
                self.login.lock().unwrap_or_else(PoisonError::into_inner).basic = Some(basic.clone());
                Ok(Some(basic))
            }
            Challenge::Bearer { realm, service } => {
                // One that was taken before has run out.
                self.login.lock().unwrap_or_else(PoisonError::into_inner).tokens.remove(scope);
                let token = self.token(call, &realm, service.as_deref(), scope).await?;
                let mut login = self.login.lock().unwrap_or_else(PoisonError::into_inner);
                login.tokens.insert(scope.to_owned(), token.clone());
                Ok(Some(token))
            }
        }
    }

    async fn token(
        &self,
        call: &Call,
        realm: &str,
        service: Option<&str>,
        scope: &str,
    ) -> Result<HeaderValue, Problem> {
        let cannot = |what: String| Problem::Credentials(CredentialProblem::Realm(what));
        let address = Address::parse(realm).ok_or_else(|| cannot(excerpt(realm, 160)))?;
        let access = self.access_to(&address.origin);
        if !address.origin.tls && !access.plain_http {
            return Err(cannot(format!("{} is plain HTTP", address.origin)));
        }
        let credential = self.credential().await?;
        let asked = token::ask(address, service, scope, credential.map(|credential| &credential.proof))?;
        let answer = self.wire.ask(&access, &asked, &call.sent).await?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST) {
            return Err(self.unauthorized(&answer).await);
        }
        if !answer.status.is_success() {
            return Err(refused(&answer, &self.hidden().await));
        }
        let token = token::read(&answer.body)
            .ok_or_else(|| Problem::Credentials(CredentialProblem::NoToken(answer.from.origin.to_string())))?;
        bearer(&token)
    }

    /// Fetches what proves who asks, whether the registry wants to know or not.
    pub(crate) async fn prove(&self) -> Result<(), Problem> {
        self.credential().await.map(drop)
    }

    async fn credential(&self) -> Result<Option<&Credential>, Problem> {
        let config = self.options.docker_config.as_deref();
        let found = self
            .credential
            .get_or_try_init(|| async { credentials::find(config, &self.name).await.map_err(Problem::Credentials) });
        Ok(found.await?.as_ref())
    }

    /// What was shown so far.
    pub(crate) async fn tried(&self) -> Tried {
        let found = self.credential().await.ok().flatten();
        found.map_or(Tried::Nothing, |credential| credential.from.clone())
    }

    async fn unauthorized(&self, answer: &Answer) -> Problem {
        let tried = self.tried().await;
        let said = said(answer, &self.hidden().await);
        // Some registries answer so to one that they know, and that may not do this.
        if tried != Tried::Nothing && challenge::is_scope(&answer.headers.get_all(header::WWW_AUTHENTICATE)) {
            return Problem::Forbidden { tried, said };
        }
        Problem::Unauthorized { host: self.name.clone(), tried, said }
    }

    async fn allowed(&self, answer: Answer) -> Result<Answer, Problem> {
        if answer.status == StatusCode::FORBIDDEN {
            let said = said(&answer, &self.hidden().await);
            return Err(Problem::Forbidden { tried: self.tried().await, said });
        }
        Ok(answer)
    }

    /// What no message may repeat.
    async fn hidden(&self) -> Vec<Secret> {
        match self.credential().await {
            Ok(Some(Credential { proof: Proof::Password(_, secret) | Proof::Identity(secret), .. })) => {
                vec![secret.clone()]
            }
            _ => Vec::new(),
        }
    }

    /// A refusal that has no meaning of its own here.
    pub(crate) async fn refused(&self, answer: &Answer) -> Problem {
        if !self.origin.tls && answer.status == StatusCode::BAD_REQUEST && is_meant_for_tls(&answer.body) {
            return Problem::NotHttp { peer: self.origin.to_string() };
        }
        match self.redirected(answer) {
            Err(problem) => return problem,
            Ok(Some(address)) => {
                return Problem::Redirect { target: address.origin.to_string(), what: "only downloads are followed" };
            }
            Ok(None) => {}
        }
        refused(answer, &self.hidden().await)
    }
}

/// Whether a server for TLS says so in plain HTTP, as those in Go and nginx do.
fn is_meant_for_tls(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    text.contains("http request") && text.contains("https")
}

fn basic(name: &str, password: &Secret) -> Result<HeaderValue, Problem> {
    let text = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{}", password.reveal()));
    secret_header(&format!("Basic {text}"))
}

fn bearer(token: &Secret) -> Result<HeaderValue, Problem> {
    secret_header(&format!("Bearer {}", token.reveal()))
}

fn secret_header(text: &str) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::from_str(text).ok().ok_or_else(|| {
        Problem::Credentials(CredentialProblem::Scheme("what it takes has characters that no header holds".to_owned()))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn refused(answer: &Answer, hidden: &[Secret]) -> Problem {
    let retry_after = answer.header(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    let retry_after = retry_after.map(std::time::Duration::from_secs);
    Problem::Refused { status: answer.status.as_u16(), said: said(answer, hidden), retry_after }
}

/// The registry's own code and message (distribution specification, "Error codes"), or what else it wrote.
fn said(answer: &Answer, hidden: &[Secret]) -> Option<String> {
    let json: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let first = json.as_ref().and_then(|json| json.get("errors")?.get(0));
    let part = |name: &str| Some(first?.get(name)?.as_str()?.to_owned());
    let text = match (part("code"), part("message")) {
        (Some(code), Some(message)) if !message.is_empty() => format!("{code}: {message}"),
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    let text = excerpt(&shipworthy_contract::secret::mask_text(&text, hidden), 200);
    (!text.is_empty()).then_some(text)
}

/// `GET`, spelled once.
pub(crate) fn get(address: Address, what: &'static str, most: u64) -> Asked {
    Asked::new(Method::GET, address, what, most)
}
