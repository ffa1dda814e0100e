//! The one body type of all answers, so that buffered and streamed ones travel alike.

use std::{error::Error, pin::Pin};

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::body::Body;

type Fault = Box<dyn Error + Send + Sync>;

/// A body of unknown kind.
pub(crate) type HttpBody = UnsyncBoxBody<Bytes, Fault>;

/// The response with its body's type forgotten.
pub(crate) fn boxed<B>(response: Response<B>) -> Response<HttpBody>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Fault>,
{
    response.map(|it| it.map_err(Into::into).boxed_unsync())
}

/// A response with these bytes.
pub(crate) fn bytes(response: Response<Bytes>) -> Response<HttpBody> {
    boxed(response.map(Full::new))
}

/// A future that a connection can hold.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<HttpBody>> + Send>>;
