//! The only door to the network: HTTP/1.1 over TCP or TLS, one connection per address kept for the next request.
//! Everything is bounded in size and time. No redirect is followed here, no credential is known, no proxy is used.

mod address;
mod connection;
mod tls;
mod upload;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};

pub(crate) use self::address::{Address, Origin};
use self::{connection::Connection, tls::Tls, upload::Upload};
use crate::{Problem, RegistryAccess, TimeLimits, limits::LARGEST_REFUSAL};

/// What every request says of who sends it.
const USER_AGENT: &str = concat!("shipworthy-registry/", env!("CARGO_PKG_VERSION"));

/// One request. It has no `Debug`: its body can hold a token.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is asked for, in words.
    pub(crate) what: &'static str,
    /// Largest answer in bytes. One that says what is wrong may be longer; then its beginning is read.
    pub(crate) most: u64,
    /// The answer's size, where it is known beforehand.
    pub(crate) size: Option<u64>,
}

impl Asked {
    /// A request without a body.
    pub(crate) fn new(method: Method, address: Address, what: &'static str, most: u64) -> Self {
        Self { method, address, headers: HeaderMap::new(), body: Bytes::new(), what, most, size: None }
    }

    /// The same with a header.
    #[must_use]
    pub(crate) fn with(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Where it came from.
    pub(crate) from: Address,
}

impl Answer {
    /// A header, if it is text.
    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Connections that wait for the next request, and what it takes to make new ones.
#[derive(Debug)]
pub(crate) struct Wire {
    limits: TimeLimits,
    idle: Mutex<BTreeMap<Origin, Vec<Connection>>>,
    tls: Tls,
}

impl Wire {
    pub(crate) fn new(limits: TimeLimits) -> Self {
        Self { limits, idle: Mutex::default(), tls: Tls::default() }
    }

    /// Sends a request, counts it, and reads the whole answer.
    pub(crate) async fn ask(
        &self,
        access: &RegistryAccess,
        asked: &Asked,
        sent: &AtomicU32,
    ) -> Result<Answer, Problem> {
        let end = Instant::now() + self.limits.total;
        let peer = asked.address.origin.to_string();
        let mut connection = match self.kept(&asked.address.origin).await {
            Some(connection) => connection,
            None => self.connect(access, &asked.address.origin).await?,
        };
        sent.fetch_add(1, Ordering::Relaxed);
        let upload = Upload::new(asked.body.clone());
        let progress = upload.progress();
        let request = request(asked, upload)?;
        let late = |doing, limit, received| Problem::TimedOut { peer: peer.clone(), doing, limit, received };
        let answered = {
            let answer = connection.send(request);
            tokio::pin!(answer);
            loop {
                let before = progress.load(Ordering::Relaxed);
                match timeout(self.left(end), &mut answer).await {
                    Ok(answered) => break answered,
                    // What is uploaded takes as long as it takes, while it goes on.
                    Err(_) if progress.load(Ordering::Relaxed) != before && Instant::now() < end => {}
                    Err(_) => return Err(late("to answer", self.limit(end), 0)),
                }
            }
        };
        let response = answered.map_err(|error| connection::no_answer(&asked.address.origin, &error))?;
        let (head, body) = response.into_parts();
        let (body, whole) = self.body(asked, head.status, &head.headers, body, end).await?;
        if whole {
            self.keep(&asked.address.origin, connection);
        }
        Ok(Answer { status: head.status, headers: head.headers, body, from: asked.address.clone() })
    }

    /// The body, and whether it was read to its end. Of an answer that says what is wrong, the beginning is enough.
    async fn body(
        &self,
        asked: &Asked,
        status: StatusCode,
        headers: &HeaderMap,
        mut body: Incoming,
        end: Instant,
    ) -> Result<(Vec<u8>, bool), Problem> {
        let what = asked.what;
        let success = status.is_success();
        let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if success && asked.method != Method::HEAD {
            match (asked.size, declared) {
                (Some(expected), Some(found)) if expected != found => {
                    return Err(Problem::Size { what, expected, found });
                }
                (None, Some(found)) if found > asked.most => return Err(Problem::TooLarge { what, limit: asked.most }),
                _ => {}
            }
        }
        let most = if success { asked.size.unwrap_or(asked.most) } else { LARGEST_REFUSAL };
        let mut read = Vec::new();
        loop {
            let received = read.len() as u64;
            let frame = match timeout(self.left(end), body.frame()).await {
                Ok(None) => break,
                Ok(Some(Ok(frame))) => frame,
                // An answer that says what is wrong is of use also where it breaks off.
                Ok(Some(Err(_))) if !success => return Ok((read, false)),
                Ok(Some(Err(_))) => {
                    return Err(Problem::CutShort { what, expected: asked.size.or(declared), found: received });
                }
                Err(_) => {
                    let peer = asked.address.origin.to_string();
                    let doing = if self.left(end).is_zero() { "to answer" } else { "to go on" };
                    return Err(Problem::TimedOut { peer, doing, limit: self.limit(end), received });
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            if received + data.len() as u64 <= most {
                read.extend_from_slice(&data);
                continue;
            }
            return match (success, asked.size) {
                (false, _) => {
                    let room = usize::try_from(most.saturating_sub(received)).unwrap_or(0);
                    read.extend_from_slice(data.get(..room).unwrap_or_default());
                    Ok((read, false))
                }
                (true, Some(expected)) => {
                    Err(Problem::Size { what, expected, found: received.saturating_add(data.len() as u64) })
                }
                (true, None) => Err(Problem::TooLarge { what, limit: asked.most }),
            };
        }
        match asked.size {
            Some(expected) if success && asked.method != Method::HEAD && expected != read.len() as u64 => {
                let found = read.len() as u64;
                // Chunks say where they end, so that this is all there is. Else the end is where the connection's is.
                if headers.contains_key(header::TRANSFER_ENCODING) {
                    Err(Problem::Size { what, expected, found })
                } else {
                    Err(Problem::CutShort { what, expected: Some(expected), found })
                }
            }
            _ => Ok((read, true)),
        }
    }

    async fn connect(&self, access: &RegistryAccess, origin: &Origin) -> Result<Connection, Problem> {
        let limit = self.limits.connect;
        let connected = timeout(limit, connection::open(&self.tls, access, origin)).await;
        connected.unwrap_or_else(|_| {
            Err(Problem::TimedOut { peer: origin.to_string(), doing: "to connect", limit, received: 0 })
        })
    }

    /// A connection from before that is still open.
    async fn kept(&self, origin: &Origin) -> Option<Connection> {
        loop {
            let mut connection =
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).get_mut(origin).and_then(Vec::pop)?;
            if connection.is_open().await {
                return Some(connection);
            }
        }
    }

    fn keep(&self, origin: &Origin, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(origin.clone()).or_default().push(connection);
    }

    /// How long the next byte may take.
    fn left(&self, end: Instant) -> Duration {
        self.limits.idle.min(end.saturating_duration_since(Instant::now()))
    }

    /// The limit that was reached.
    fn limit(&self, end: Instant) -> Duration {
        if self.left(end).is_zero() { self.limits.total } else { self.limits.idle }
    }
}

fn request(asked: &Asked, upload: Upload) -> Result<Request<Upload>, Problem> {
    let mut request = Request::new(upload);
    *request.method_mut() = asked.method.clone();
    let malformed = |_| Problem::Malformed("it leads to an address that cannot be asked".to_owned());
    *request.uri_mut() = asked.address.path.parse().map_err(malformed)?;
    *request.headers_mut() = asked.headers.clone();
    let host = HeaderValue::from_str(&asked.address.origin.authority)
        .ok()
        .ok_or_else(|| Problem::Malformed("it leads to a host that has no name".to_owned()))?;
    request.headers_mut().insert(header::HOST, host);
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    Ok(request)
}

/// What hyper gives.
type Given = Result<Response<Incoming>, hyper::Error>;
