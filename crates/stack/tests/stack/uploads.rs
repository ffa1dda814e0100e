//! The table of uploads as its adapter uses it, with the rights that the deployed template gives to people's function.

use std::{path::Path, sync::Arc, time::Duration};

use aws::uploads::{UploadRow, UploadState, UploadsTable};
use domain::{AnalysisId, UploadId, UserId};
use futures::FutureExt as _;
use jiff::Timestamp;
use stack::Invoke;
use tempfile::TempDir;
use uuid::Uuid;

use crate::world::{config, prepare, sdk};

#[tokio::test]
async fn whoever_holds_no_claim_marks_only_what_nobody_claimed_or_used() {
    let folder = TempDir::new().unwrap();
    let mut config = config(folder.path());
    config.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let prepared = prepare(config).await.unwrap();
    let (plans, aws) = (prepared.functions(), prepared.aws_url());
    let answer: Invoke = Arc::new(|event, _| async { Ok(event) }.boxed());
    let invokes = plans.iter().map(|it| (it.logical_id.clone(), answer.clone()));
    let running = prepared.start(invokes.collect()).await.unwrap();
    let plan = plans.iter().find(|it| it.logical_id == "PeopleFunction").unwrap();
    let sdk = sdk(&aws, &plan.access_key, &plan.secret_key).await;
    let table = UploadsTable::new(&sdk, plan.env["UPLOADS_TABLE"].clone());

    let (user, upload) = (
        UserId::from_uuid(Uuid::from_u128(1)),
        UploadId::from_uuid(Uuid::from_u128(2)),
    );
    let analyses = [3, 4, 5].map(|it| AnalysisId::from_uuid(Uuid::from_u128(it)));
    let [claimed, used, late] = analyses;
    let now = Timestamp::from_second(1_795_000_000).unwrap();
    let (until, keep) = (now + Duration::from_secs(40), now + Duration::from_mins(30));
    let row = UploadRow {
        user,
        upload,
        content_type: "image/jpeg".to_owned(),
        size_bytes: 1000,
        sha256: None,
        created_at: now,
        expires_at: keep,
        state: UploadState::Pending,
    };
    table.put(&row).await.unwrap();
    let state = async || table.get(user, upload).await.unwrap().unwrap().state;

    let claim = table.claim(user, upload, claimed, now, until).await.unwrap();
    table.mark_pending_used(user, upload, late, keep).await.unwrap();
    assert_eq!(state().await, UploadState::Claimed { analysis: claimed });
    // The claim is still theirs who hold it.
    table.release(user, upload, claim).await.unwrap();
    assert_eq!(state().await, UploadState::Pending);
    table.mark_pending_used(user, upload, used, keep).await.unwrap();
    assert_eq!(state().await, UploadState::Used { analysis: used });
    table.mark_pending_used(user, upload, late, keep).await.unwrap();
    assert_eq!(state().await, UploadState::Used { analysis: used });
    // Nothing is made of what is not there.
    let unknown = UploadId::from_uuid(Uuid::from_u128(9));
    table.mark_pending_used(user, unknown, late, keep).await.unwrap();
    assert_eq!(table.get(user, unknown).await.unwrap(), None);
    running.stop().await;
}
