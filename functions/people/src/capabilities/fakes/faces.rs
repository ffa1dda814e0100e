//! Pictures, and a Rekognition that sees people by the tens of pixels of a picture's width.

use std::collections::BTreeMap;

use aws::{
    collections::{Indexed, Match},
    faces::{DetectFacesFailure, DetectedFace},
    photos::Presigned,
};
use domain::{FaceId, Fault, PersonId, UserId};
use intake::Jpeg;
use jiff::Timestamp;
use picture::Limits;

use super::{ALIKE, FOUND, State, UNLIKE, World, good_face};
use crate::capabilities::{KeepDescriptions, KeepPictures, LookAtFaces, Probe};

fn width(jpeg: &[u8]) -> u32 {
    picture::probe(jpeg, &Limits::UPLOAD).unwrap().width
}

fn missing() -> Fault {
    Fault::never("LookAtFaces", "there is no such picture")
}

impl State {
    fn similarity(&self, probe: u32, kept: u32, of_one_person: f32) -> Option<f32> {
        let usual = if probe / 10 == kept / 10 {
            of_one_person
        } else {
            UNLIKE
        };
        self.similar.get(&(probe, kept)).copied().unwrap_or(Some(usual))
    }

    fn picture(&self, owner: UserId, (person, face): (PersonId, FaceId)) -> Result<u32, Fault> {
        let width = self.pictures.get(&(owner, person, face));
        width.copied().ok_or_else(missing)
    }
}

impl KeepPictures for World {
    async fn put_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        picture: Jpeg,
    ) -> Result<(), Fault> {
        let width = width(&picture.0);
        self.call("PutPicture", |it| {
            it.pictures.insert((owner, person, face), width)
        })
        .await
        .map(drop)
    }

    async fn link_picture(
        &self,
        owner: UserId,
        person: PersonId,
        face: FaceId,
        _now: Timestamp,
    ) -> Result<Presigned, Fault> {
        Ok(Presigned {
            url: format!("https://images.example.org/u/{owner}/people/{person}/{face}.jpg?signed"),
            headers: BTreeMap::new(),
        })
    }

    async fn remove_picture(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<(), Fault> {
        self.call("RemovePicture", |it| it.pictures.remove(&(owner, person, face)))
            .await
            .map(drop)
    }

    async fn remove_pictures(&self, owner: UserId, person: PersonId) -> Result<usize, Fault> {
        self.call("RemovePictures", |it| {
            let before = it.pictures.len();
            it.pictures.retain(|key, _| (key.0, key.1) != (owner, person));
            before - it.pictures.len()
        })
        .await
    }
}

impl LookAtFaces for World {
    async fn detect_faces(&self, photo: &Jpeg) -> Result<Vec<DetectedFace>, DetectFacesFailure> {
        let width = width(&photo.0);
        self.call("DetectFaces", |it| {
            if it.unreadable.contains(&width) {
                return Err(DetectFacesFailure::Picture("unreadable".into()));
            }
            Ok(it.seen.get(&width).cloned().unwrap_or_else(|| vec![good_face()]))
        })
        .await?
    }

    async fn compare_faces(
        &self,
        owner: UserId,
        probe: &Probe,
        kept: (PersonId, FaceId),
    ) -> Result<Option<f32>, Fault> {
        self.call("CompareFaces", |it| {
            let probe = match probe {
                Probe::Photo(photo) => width(&photo.0),
                Probe::Frame(challenge, index) => {
                    *it.frames.get(&(*challenge, *index)).ok_or_else(missing)?
                }
            };
            Ok(it.similarity(probe, it.picture(owner, kept)?, ALIKE))
        })
        .await?
    }
}

impl KeepDescriptions for World {
    async fn describe(&self, owner: UserId, person: PersonId, face: FaceId) -> Result<Indexed, Fault> {
        self.call("Describe", |it| {
            let width = it.picture(owner, (person, face))?;
            if !it.not_described.is_empty() {
                return Ok(Indexed::Refused(it.not_described.clone()));
            }
            // The same picture of the same person has one description.
            let name = format!("{person} {width}");
            it.descriptions.insert((owner, name.clone()), (person, width));
            Ok(Indexed::As(name))
        })
        .await?
    }

    async fn find_alike(
        &self,
        owner: UserId,
        photo: &Jpeg,
        at_least_percent: f32,
    ) -> Result<Vec<Match>, Fault> {
        let width = width(&photo.0);
        self.call("FindAlike", |it| {
            let own = it.descriptions.iter().filter(|(key, _)| key.0 == owner);
            let matches = own.filter_map(|((_, name), (person, described))| {
                Some(Match {
                    person: *person,
                    indexed_as: name.clone(),
                    similarity: it.similarity(width, *described, FOUND)?,
                })
            });
            matches.filter(|it| at_least_percent <= it.similarity).collect()
        })
        .await
    }

    async fn descriptions(&self, owner: UserId, person: PersonId) -> Result<Vec<String>, Fault> {
        self.call("Descriptions", |it| {
            let all = it.descriptions.iter();
            let theirs = all.filter(|(key, described)| key.0 == owner && described.0 == person);
            theirs.map(|(key, _)| key.1.clone()).collect()
        })
        .await
    }

    async fn remove_descriptions(&self, owner: UserId, descriptions: &[String]) -> Result<usize, Fault> {
        self.call("RemoveDescriptions", |it| {
            let removed = descriptions
                .iter()
                .filter(|name| it.descriptions.remove(&(owner, (*name).clone())).is_some());
            removed.count()
        })
        .await
    }
}
