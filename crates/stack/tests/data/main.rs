//! DynamoDB and S3 as their own SDKs see them, over loopback.

mod dynamodb;
mod dynamodb_items;
mod dynamodb_killed;
mod dynamodb_streams;
mod s3_chunks;
mod s3_hostile;
mod s3_killed;
mod s3_listings;
mod s3_objects;
mod s3_presigned;
mod s3_refusals;
mod s3_rights;
mod s3_silence;
mod servers;
