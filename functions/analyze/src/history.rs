//! What becomes of analyses afterwards: they are listed, shown and erased.

use std::time::Duration;

use api::wire::{Analysis, ImageVariant};
use aws::analyses::{AnalysisFilter, AnalysisRows, StoredAnalysis};
use aws::photos::Presigned;
use domain::{AnalysisId, Fault, PageLimit, UserId};
use jiff::Timestamp;

use crate::capabilities::{GetAnalysis, KeepImages, KeepResults, ListAnalyses, PutAnalysis};

/// How long the address of a picture works. From the product's security rules: at most five minutes.
pub const LINK_LIFETIME: Duration = Duration::from_mins(5);

/// How long an erased analysis is remembered by its identifier alone, so that erasing it again succeeds. Chosen:
/// longer than any client retries.
pub const MARKER_LIFETIME: Duration = Duration::from_hours(24);

/// Why an analysis is not shown.
#[derive(Debug)]
pub enum HistoryError {
    /// The user has no such analysis.
    NotFound,
    /// Something behind us failed.
    Fault(Fault),
}

impl From<Fault> for HistoryError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Returns a page of the user's analyses, newest first.
///
/// # Errors
///
/// [`Fault`] if the table failed.
pub async fn list<D: ListAnalyses>(
    deps: &D,
    user: UserId,
    filter: AnalysisFilter,
    limit: PageLimit,
    after: Option<AnalysisId>,
) -> Result<AnalysisRows, Fault> {
    deps.list_analyses(user, filter, limit.get() as usize, after)
        .await
}

/// Returns an analysis.
///
/// # Errors
///
/// [`HistoryError::NotFound`] also for what somebody else has, and for what was erased.
pub async fn show<D>(deps: &D, user: UserId, analysis: AnalysisId) -> Result<Analysis, HistoryError>
where
    D: GetAnalysis + KeepResults,
{
    kept(deps, user, analysis).await?;
    Ok(deps.get_result(user, analysis).await?)
}

/// Returns a short-lived address of a picture.
///
/// # Errors
///
/// [`HistoryError::NotFound`] as for [`show`].
pub async fn link<D>(
    deps: &D,
    user: UserId,
    analysis: AnalysisId,
    variant: ImageVariant,
    now: Timestamp,
) -> Result<Presigned, HistoryError>
where
    D: GetAnalysis + KeepImages,
{
    kept(deps, user, analysis).await?;
    Ok(deps.link_image(user, analysis, variant, now).await?)
}

/// Erases an analysis: its pictures, its result file, and its record last. Until that the user sees it, so that
/// what an attempt left over cannot be forgotten. Idempotent.
///
/// # Errors
///
/// [`HistoryError::NotFound`] for what the user never had.
pub async fn erase<D>(
    deps: &D,
    user: UserId,
    analysis: AnalysisId,
    now: Timestamp,
) -> Result<(), HistoryError>
where
    D: GetAnalysis + PutAnalysis + KeepImages + KeepResults,
{
    match deps.get_analysis(user, analysis).await? {
        None => Err(HistoryError::NotFound),
        Some(StoredAnalysis::Erased) => Ok(()),
        Some(StoredAnalysis::Kept(_)) => {
            deps.remove_images(user, analysis).await?;
            deps.remove_result(user, analysis).await?;
            deps.erase_analysis(user, analysis, now + MARKER_LIFETIME).await?;
            tracing::info!(analysis.id = %analysis, "analysis erased");
            Ok(())
        }
    }
}

async fn kept<D: GetAnalysis>(deps: &D, user: UserId, analysis: AnalysisId) -> Result<(), HistoryError> {
    match deps.get_analysis(user, analysis).await? {
        Some(StoredAnalysis::Kept(_)) => Ok(()),
        Some(StoredAnalysis::Erased) | None => Err(HistoryError::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::fakes::{self, ADA, BOB, World};

    fn now() -> Timestamp {
        "2026-11-20T11:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn what_was_made_is_shown_to_its_owner_alone() {
        let world = World::default();
        let id = world.analyzed(ADA, 1).await;
        assert_eq!(show(&world, ADA, id).await.unwrap().analysis_id, id.to_string());
        assert!(matches!(show(&world, BOB, id).await, Err(HistoryError::NotFound)));
        let foreign = link(&world, BOB, id, ImageVariant::Original, now()).await;
        assert!(matches!(foreign, Err(HistoryError::NotFound)));
        assert!(matches!(
            erase(&world, BOB, id, now()).await,
            Err(HistoryError::NotFound)
        ));
        show(&world, ADA, id).await.unwrap();
    }

    #[tokio::test]
    async fn erasing_removes_everything_and_can_be_repeated() {
        let world = World::default();
        let id = world.analyzed(ADA, 1).await;
        assert_eq!(world.n_objects(), 4);
        erase(&world, ADA, id, now()).await.unwrap();
        assert_eq!(world.n_objects(), 0);
        assert!(matches!(show(&world, ADA, id).await, Err(HistoryError::NotFound)));
        let page = list(&world, ADA, AnalysisFilter::default(), PageLimit::DEFAULT, None)
            .await
            .unwrap();
        assert_eq!(page.rows, []);
        erase(&world, ADA, id, now()).await.unwrap();
    }

    #[tokio::test]
    async fn an_erasure_that_breaks_off_leaves_the_record_and_can_be_repeated() {
        let world = World::default();
        let id = world.analyzed(ADA, 1).await;
        world.fail("KeepResults");
        assert!(matches!(
            erase(&world, ADA, id, now()).await,
            Err(HistoryError::Fault(_))
        ));
        let page = list(&world, ADA, AnalysisFilter::default(), PageLimit::DEFAULT, None)
            .await
            .unwrap();
        assert_eq!(page.rows.len(), 1);
        world.heal();
        erase(&world, ADA, id, now()).await.unwrap();
        assert_eq!(world.n_objects(), 0);
    }

    #[tokio::test]
    async fn lists_are_paged_from_the_newest() {
        let world = World::default();
        for n in 1..=5 {
            world.analyzed(ADA, n).await;
        }
        world.analyzed(BOB, 6).await;
        let limit = PageLimit::new(Some(2)).unwrap();
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = list(&world, ADA, AnalysisFilter::default(), limit, after)
                .await
                .unwrap();
            assert!(page.rows.len() <= 2);
            seen.extend(page.rows.iter().map(|it| it.analysis));
            after = page.after;
            if after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = (1..=5).rev().map(fakes::analysis_id).collect();
        assert_eq!(seen, expected);
    }
}
