//! Why a stack does not start.

use std::{io, net::SocketAddr, path::PathBuf};

use rekognition_local::OpenError;

use crate::{
    dynamodb::DynamoError, events::PatternError, iam::PolicyError, s3::StoreError, template::TemplateError,
};

/// Why a stack does not start. Nothing keeps running.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The stack is for one machine; its keys are public.
    #[error("{0} is not a loopback address; the stack listens on 127.0.0.1 or ::1 only")]
    NotLoopback(SocketAddr),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}: {source}", path = path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the operating system reported.
        source: io::Error,
    },
    /// Another stack has the data folder.
    #[error("another stack is using {path}; stop it, or give this one a folder of its own (--data)", path = .0.display())]
    InUse(PathBuf),
    /// A port is taken.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system reported.
        source: io::Error,
    },
    /// The template cannot be run.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A role cannot be evaluated.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A filter of an event source mapping cannot be evaluated.
    #[error("{function}, event {event}: {source}")]
    Filter {
        /// Logical id of the function.
        function: String,
        /// Name of the event.
        event: String,
        /// What is wrong.
        source: PatternError,
    },
    /// An event source mapping reads something that is not a table's stream.
    #[error("{function}: {stream_arn} is not the stream of a table of this template")]
    UnknownStream {
        /// Logical id of the function.
        function: String,
        /// What it reads.
        stream_arn: String,
    },
    /// An event source mapping gives up to something that does not exist.
    #[error("{function}: {destination} is neither a queue nor a topic of this template")]
    UnknownDestination {
        /// Logical id of the function.
        function: String,
        /// ARN of the destination.
        destination: String,
    },
    /// Two functions have one route.
    #[error("two functions declare the route `{0}`")]
    Route(String),
    /// A function of the template was not handed in.
    #[error("the template declares {0}, but no such function was given")]
    MissingFunction(String),
    /// A function was handed in that the template does not have.
    #[error("{0} was given, but the template does not declare it")]
    UnknownFunction(String),
    /// Tables cannot be opened or made.
    #[error(transparent)]
    Tables(#[from] DynamoError),
    /// Collections of faces cannot be opened.
    #[error("cannot open the collections of faces: {0}")]
    Collections(#[from] OpenError),
    /// Buckets cannot be opened or made.
    #[error(transparent)]
    Buckets(#[from] StoreError),
}
