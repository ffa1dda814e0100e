//! The local cloud: what `template.yaml` declares, run on one machine.
//!
//! One process answers the AWS endpoints (DynamoDB, S3, SNS, SSM, Rekognition) with AWS's own protocols,
//! signatures and errors, and calls the functions as API Gateway and the event source mappings would. It knows
//! the functions only as `JSON in, JSON out`; whoever starts the stack hands them in.

pub mod dynamodb;
pub mod events;
pub mod iam;
pub mod messages;
pub mod s3;
pub mod ssm;
pub mod template;

mod config;
mod contents;
mod durable;
mod endpoint;
mod error;
mod faults;
mod gateway;
mod http_body;
mod introspection;
mod invoke;
mod prepared;
mod running;
mod server;
mod tasks;
mod wiring;

pub use config::{ACCOUNT, Config, FunctionPlan, REGION, STACK_NAME, is_data_dir};
pub use endpoint::{Sns, Topic};
pub use error::StackError;
pub use invoke::{FailInvocation, InvocationContext, Invoke, InvokeFailure};
pub use prepared::Prepared;
pub use running::Running;
