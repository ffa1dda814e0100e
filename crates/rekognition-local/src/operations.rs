//! Every operation of the service, and whether it is here.

use Support::{No, Yes};

/// Whether an operation is implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It does what Rekognition documents, within `docs/rekognition-support.md`.
    Yes,
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

/// The operation called `name`, exactly.
#[must_use]
pub fn find(name: &str) -> Option<Operation> {
    OPERATIONS.iter().copied().find(|it| it.name == name)
}

/// All 75 operations of the service model of 2016-06-27 as botocore 1.44.5 has it, by name.
/// `tests/contract` compares the list with the botocore it runs on.
#[rustfmt::skip] // one row per operation
pub const OPERATIONS: &[Operation] = &[
    row("AssociateFaces", No),
    row("CompareFaces", No),
    row("CopyProjectVersion", No),
    row("CreateCollection", No),
    row("CreateDataset", No),
    row("CreateFaceLivenessSession", No),
    row("CreateProject", No),
    row("CreateProjectVersion", No),
    row("CreateStreamProcessor", No),
    row("CreateUser", No),
    row("DeleteCollection", No),
    row("DeleteDataset", No),
    row("DeleteFaces", No),
    row("DeleteProject", No),
    row("DeleteProjectPolicy", No),
    row("DeleteProjectVersion", No),
    row("DeleteStreamProcessor", No),
    row("DeleteUser", No),
    row("DescribeCollection", No),
    row("DescribeDataset", No),
    row("DescribeProjectVersions", No),
    row("DescribeProjects", No),
    row("DescribeStreamProcessor", No),
    row("DetectCustomLabels", No),
    row("DetectFaces", Yes),
    row("DetectLabels", No),
    row("DetectModerationLabels", No),
    row("DetectProtectiveEquipment", No),
    row("DetectText", No),
    row("DisassociateFaces", No),
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
    row("IndexFaces", No),
    row("ListCollections", No),
    row("ListDatasetEntries", No),
    row("ListDatasetLabels", No),
    row("ListFaces", No),
    row("ListMediaAnalysisJobs", No),
    row("ListProjectPolicies", No),
    row("ListStreamProcessors", No),
    row("ListTagsForResource", No),
    row("ListUsers", No),
    row("PutProjectPolicy", No),
    row("RecognizeCelebrities", No),
    row("SearchFaces", No),
    row("SearchFacesByImage", No),
    row("SearchUsers", No),
    row("SearchUsersByImage", No),
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
    row("TagResource", No),
    row("UntagResource", No),
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
        assert_eq!(find("DetectFaces").map(|it| it.support), Some(Support::Yes));
        assert_eq!(find("detectfaces"), None);
    }
}
