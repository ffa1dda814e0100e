//! Tables and parameters.

use std::collections::BTreeSet;

use aws::{
    challenges::{AssertionRow, SpendError},
    people::{AddFaceError, ChangePersonError, CreatePersonError, ErasureRow, FaceRow, PersonRow},
    uploads::{Claim, ClaimError, Remembered, UploadRow},
};
use domain::{AnalysisId, ChallengeId, FaceId, Fault, PersonId, UploadId, UserId};
use jiff::Timestamp;

use super::Aws;
use crate::capabilities::{
    ClaimUpload, FindObjects, KeepPeople, ReadTokenKeys, RememberRequest, SpendAssertion,
};

impl KeepPeople for Aws {
    async fn get_person(&self, owner: UserId, person: PersonId) -> Result<Option<PersonRow>, Fault> {
        self.people.get(owner, person).await
    }

    async fn faces(&self, owner: UserId, person: PersonId) -> Result<Vec<FaceRow>, Fault> {
        self.people.faces(owner, person).await
    }

    async fn list_people(
        &self,
        owner: UserId,
        limit: usize,
        after: Option<PersonId>,
    ) -> Result<(Vec<PersonRow>, Option<PersonId>), Fault> {
        self.people.list(owner, limit, after).await
    }

    async fn list_erasing(&self, owner: UserId) -> Result<Vec<PersonId>, Fault> {
        self.people.erasing(owner).await
    }

    async fn create_person(&self, row: &PersonRow) -> Result<(), CreatePersonError> {
        self.people.create(row).await
    }

    async fn change_person(
        &self,
        owner: UserId,
        person: PersonId,
        display_name: Option<&str>,
        external_id: Option<&str>,
    ) -> Result<PersonRow, ChangePersonError> {
        self.people.change(owner, person, display_name, external_id).await
    }

    async fn add_face(&self, owner: UserId, face: &FaceRow, most: u32) -> Result<(), AddFaceError> {
        self.people.add_face(owner, face, most).await
    }

    async fn remove_face(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<bool, Fault> {
        self.people.remove_face(owner, person, face).await
    }

    async fn begin_erasing(&self, owner: UserId, person: PersonId) -> Result<Option<ErasureRow>, Fault> {
        self.people.begin_erasing(owner, person).await
    }

    async fn note_erased(
        &self,
        owner: UserId,
        person: PersonId,
        descriptions: &BTreeSet<String>,
        pictures: &BTreeSet<String>,
    ) -> Result<Option<ErasureRow>, Fault> {
        self.people
            .note_erased(owner, person, descriptions, pictures)
            .await
    }

    async fn forget_person(
        &self,
        owner: UserId,
        person: PersonId,
        erased_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Fault> {
        self.people.forget(owner, person, erased_at, expires_at).await
    }
}

impl FindObjects for Aws {
    async fn find_pictures(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.images.person_pictures(owner, person).await
    }
}

impl ClaimUpload for Aws {
    async fn get_upload(&self, user: UserId, upload: UploadId) -> Result<Option<UploadRow>, Fault> {
        self.uploads.get(user, upload).await
    }

    async fn claim(
        &self,
        user: UserId,
        upload: UploadId,
        proposed: AnalysisId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ClaimError> {
        self.uploads.claim(user, upload, proposed, now, until).await
    }

    async fn release(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.uploads.release(user, upload, claim).await
    }

    async fn refuse(&self, user: UserId, upload: UploadId, claim: Claim) -> Result<(), Fault> {
        self.uploads.refuse(user, upload, claim).await
    }

    async fn mark_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.uploads.mark_used(user, upload, analysis, keep_until).await
    }

    async fn mark_pending_used(
        &self,
        user: UserId,
        upload: UploadId,
        analysis: AnalysisId,
        keep_until: Timestamp,
    ) -> Result<(), Fault> {
        self.uploads
            .mark_pending_used(user, upload, analysis, keep_until)
            .await
    }
}

impl RememberRequest for Aws {
    async fn remember(
        &self,
        user: UserId,
        digest: &str,
        request: &Remembered,
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<Option<Remembered>, Fault> {
        self.uploads.remember(user, digest, request, now, forget_at).await
    }
}

impl ReadTokenKeys for Aws {
    async fn read_token_keys(&self) -> Result<Option<String>, Fault> {
        self.parameters.get(&self.token_key_parameter).await
    }
}

impl SpendAssertion for Aws {
    async fn usable_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> Result<Option<AssertionRow>, Fault> {
        self.challenges.usable_assertion(challenge, now).await
    }

    async fn spend_assertion(
        &self,
        challenge: ChallengeId,
        now: Timestamp,
    ) -> Result<AssertionRow, SpendError> {
        self.challenges.spend_assertion(challenge, now).await
    }
}
