//! Every operation of the service, and whether it is here.

use Support::{Full, No, Partial};

/// Whether an operation is implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It does what Rekognition documents, within `docs/rekognition-support.md`.
    Full,
    /// As [`Support::Full`], except for this.
    Partial(&'static str),
    /// It answers 501 and its name.
    No,
}

/// One operation of the service model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Name in `X-Amz-Target`, after `RekognitionService.`.
    pub name: &'static str,
    /// Whether it is implemented.
    pub support: Support,
}

const NO_MODEL: &str = "no model for `BEARD`, `EYE_DIRECTION`, `EYEGLASSES`, `FACE_OCCLUDED`, `MUSTACHE` and `SUNGLASSES`: \
                        accepted, and left out of the answer";
const COLLECTIONS: &str = "collections only: there are no projects and no stream processors";

/// The operation called `name`, exactly.
#[must_use]
pub fn find(name: &str) -> Option<Operation> {
    OPERATIONS.iter().copied().find(|it| it.name == name)
}

/// All 75 operations of the service model of 2016-06-27 as botocore 1.44.5 has it, by name.
/// `tests/contract` compares the list with the botocore it runs on.
#[rustfmt::skip] // one row per operation
pub const OPERATIONS: &[Operation] = &[
    row("AssociateFaces", Full),
    row("CompareFaces", Full),
    row("CopyProjectVersion", No),
    row("CreateCollection", Full),
    row("CreateDataset", No),
    row("CreateFaceLivenessSession", No),
    row("CreateProject", No),
    row("CreateProjectVersion", No),
    row("CreateStreamProcessor", No),
    row("CreateUser", Full),
    row("DeleteCollection", Full),
    row("DeleteDataset", No),
    row("DeleteFaces", Full),
    row("DeleteProject", No),
    row("DeleteProjectPolicy", No),
    row("DeleteProjectVersion", No),
    row("DeleteStreamProcessor", No),
    row("DeleteUser", Full),
    row("DescribeCollection", Full),
    row("DescribeDataset", No),
    row("DescribeProjectVersions", No),
    row("DescribeProjects", No),
    row("DescribeStreamProcessor", No),
    row("DetectCustomLabels", No),
    row("DetectFaces", Partial(NO_MODEL)),
    row("DetectLabels", No),
    row("DetectModerationLabels", No),
    row("DetectProtectiveEquipment", No),
    row("DetectText", No),
    row("DisassociateFaces", Full),
    row("DistributeDatasetEntries", No),
    row("GetCelebrityInfo", No),
    row("GetCelebrityRecognition", No),
    row("GetContentModeration", No),
    row("GetFaceDetection", No),
    row("GetFaceLivenessSessionResults", No),
    row("GetFaceSearch", No),
    row("GetLabelDetection", No),
    row("GetMediaAnalysisJob", No),
    row("GetPersonTracking", No),
    row("GetSegmentDetection", No),
    row("GetTextDetection", No),
    row("IndexFaces", Partial(NO_MODEL)),
    row("ListCollections", Full),
    row("ListDatasetEntries", No),
    row("ListDatasetLabels", No),
    row("ListFaces", Full),
    row("ListMediaAnalysisJobs", No),
    row("ListProjectPolicies", No),
    row("ListStreamProcessors", No),
    row("ListTagsForResource", Partial(COLLECTIONS)),
    row("ListUsers", Full),
    row("PutProjectPolicy", No),
    row("RecognizeCelebrities", No),
    row("SearchFaces", Full),
    row("SearchFacesByImage", Full),
    row("SearchUsers", Full),
    row("SearchUsersByImage", Full),
    row("StartCelebrityRecognition", No),
    row("StartContentModeration", No),
    row("StartFaceDetection", No),
    row("StartFaceSearch", No),
    row("StartLabelDetection", No),
    row("StartMediaAnalysisJob", No),
    row("StartPersonTracking", No),
    row("StartProjectVersion", No),
    row("StartSegmentDetection", No),
    row("StartStreamProcessor", No),
    row("StartTextDetection", No),
    row("StopProjectVersion", No),
    row("StopStreamProcessor", No),
    row("TagResource", Partial(COLLECTIONS)),
    row("UntagResource", Partial(COLLECTIONS)),
    row("UpdateDatasetEntries", No),
    row("UpdateStreamProcessor", No),
];

const fn row(name: &'static str, support: Support) -> Operation {
    Operation { name, support }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_every_operation_once() {
        assert!(OPERATIONS.windows(2).all(|it| it[0].name < it[1].name));
        assert_eq!(OPERATIONS.len(), 75);
        assert_eq!(find("SearchFaces").map(|it| it.support), Some(Support::Full));
        assert_eq!(find("DetectLabels").map(|it| it.support), Some(Support::No));
        assert_eq!(find("detectfaces"), None);
    }
}
