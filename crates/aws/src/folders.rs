//! Finding and erasing all objects of a bucket whose keys begin alike.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use domain::Fault;

use crate::fault::{malformed, sdk_fault};

/// Erases all objects whose keys begin with `folder`, which ends with a slash, and returns their number. Maps to
/// `s3:ListBucket` and `s3:DeleteObject`.
pub(crate) async fn erase(client: &Client, bucket: &str, folder: &str) -> Result<usize, Fault> {
    let mut pages = client
        .list_objects_v2()
        .bucket(bucket)
        .prefix(folder)
        .into_paginator()
        .send();
    let mut n_erased = 0;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|it| sdk_fault("ListObjects", it))?;
        let keys = page.contents().iter().filter_map(|it| it.key());
        n_erased += delete(client, bucket, keys).await?;
    }
    Ok(n_erased)
}

/// Returns what the keys of all objects have behind `folder`, which ends with a slash. Maps to `s3:ListBucket`.
pub(crate) async fn list(client: &Client, bucket: &str, folder: &str) -> Result<Vec<String>, Fault> {
    let mut pages = client
        .list_objects_v2()
        .bucket(bucket)
        .prefix(folder)
        .into_paginator()
        .send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|it| sdk_fault("ListObjects", it))?;
        let keys = page.contents().iter().filter_map(|it| it.key());
        names.extend(keys.filter_map(|it| it.strip_prefix(folder)).map(str::to_owned));
    }
    Ok(names)
}

/// A page of a list has as many keys as one deletion takes: 1,000.
async fn delete(client: &Client, bucket: &str, keys: impl Iterator<Item = &str>) -> Result<usize, Fault> {
    const OPERATION: &str = "DeleteObjects";
    let objects = keys
        .map(|it| ObjectIdentifier::builder().key(it).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|it| malformed(OPERATION, it))?;
    if objects.is_empty() {
        return Ok(0);
    }
    let n_objects = objects.len();
    let delete = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(|it| malformed(OPERATION, it))?;
    let answer = client
        .delete_objects()
        .bucket(bucket)
        .delete(delete)
        .send()
        .await
        .map_err(|it| sdk_fault(OPERATION, it))?;
    match answer.errors() {
        [] => Ok(n_objects),
        // Keys name accounts; codes do not.
        [first, ..] => Err(Fault::later(
            OPERATION,
            format!("some were not deleted: {}", first.code().unwrap_or("no code")),
        )),
    }
}
