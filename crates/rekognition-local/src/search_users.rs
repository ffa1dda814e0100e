//! `SearchUsers` and `SearchUsersByImage`.

use aws_wire::{AwsError, Caller};
use face_engine::Face;
use gallery::{FaceId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    detect_faces::{Asked, FaceDetail, MAX_FACES},
    error::{self, About, of_gallery},
    image::Image,
    input,
    likeness::Likeness,
    photo::Photo,
    quality_filter::{QualityFilter, Reason},
    search_faces::nearest,
    service::{Rekognition, output, parse},
    shapes::user_matches,
};

/// Most matches of a search. Service model; also what is answered if the caller does not say, which the documents leave open.
pub(crate) const MAX_MATCHES: u16 = 500;

/// `UserMatchThreshold` of searches if the caller does not say, percent. Developer guide.
pub(crate) const THRESHOLD: f32 = 80.0;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stored {
    collection_id: Option<String>,
    user_id: Option<String>,
    face_id: Option<String>,
    user_match_threshold: Option<f32>,
    max_users: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ByImage {
    collection_id: Option<String>,
    image: Option<Image>,
    user_match_threshold: Option<f32>,
    max_users: Option<i64>,
    quality_filter: Option<String>,
}

/// Whom to search for.
enum Whom {
    User(UserId),
    Face(FaceId),
}

/// `UnsearchedFace`, whose `FaceDetails` is one `FaceDetail`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UnsearchedFace {
    face_details: FaceDetail,
    reasons: Vec<Unsearched>,
}

/// `UnsearchedFaceReason`: the filter's, and one more.
#[derive(Serialize)]
#[serde(untagged)]
enum Unsearched {
    Filtered(Reason),
    NotLargest(&'static str),
}

pub(crate) async fn stored(service: &Rekognition, body: &[u8]) -> Result<Value, AwsError> {
    let input: Stored = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let whom = match (input.user_id, input.face_id) {
        (Some(user), None) => Whom::User(input::user_id(Some(&user))?),
        (None, Some(face)) => Whom::Face(input::face_id(&face)?),
        (None, None) | (Some(_), Some(_)) => return Err(error::invalid_parameter()),
    };
    let threshold = input::threshold("userMatchThreshold", input.user_match_threshold, THRESHOLD)?;
    let max = input::at_most("maxUsers", input.max_users, MAX_MATCHES)?;
    service
        .keep(move |store, faces| {
            let mut about = About::collection(&id);
            if let Whom::User(user) = &whom {
                about.user = Some(user.clone());
            }
            let refused = |error| of_gallery(&error, &about);
            let likeness = Likeness::of(faces);
            let collection = store.collection(&id).map_err(refused)?;
            likeness.check(&collection)?;
            let wanted = nearest(max, likeness.within(threshold));
            let found = match &whom {
                Whom::User(user) => collection.search_users_like(user, wanted),
                Whom::Face(face) => collection.search_users_like_face(*face, wanted),
            }
            .map_err(refused)?;
            tracing::info!(matches.found = found.len(), "users searched");
            let mut answer = json!({
                "UserMatches": output(&user_matches(found, likeness, threshold))?,
                "FaceModelVersion": likeness.version(),
            });
            match whom {
                Whom::User(user) => answer["SearchedUser"] = json!({"UserId": user.as_str()}),
                Whom::Face(face) => answer["SearchedFace"] = json!({"FaceId": face.to_string()}),
            }
            Ok(answer)
        })
        .await
}

/// Unlike `SearchFacesByImage`, a picture without a face is no error, and matches nobody.
pub(crate) async fn by_image(service: &Rekognition, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    let input: ByImage = parse(body)?;
    let id = input::collection_id(input.collection_id.as_deref())?;
    let threshold = input::threshold("userMatchThreshold", input.user_match_threshold, THRESHOLD)?;
    let max = input::at_most("maxUsers", input.max_users, MAX_MATCHES)?;
    let filter = QualityFilter::of(input.quality_filter.as_deref(), QualityFilter::None)?;
    let image = input::required("image", input.image)?;
    let about = About::collection(&id);
    let collection = service
        .store()
        .collection(&id)
        .map_err(|error| of_gallery(&error, &about))?;
    let bytes = image.load("image", caller, service.objects()).await?;
    service
        .work(move |faces| {
            let likeness = Likeness::of(faces);
            likeness.check(&collection)?;
            let photo = Photo::look(faces, &bytes, Asked::DEFAULT.wanted())?;
            let (searched, unsearched) = choose(&photo, filter);
            let mut answer = json!({
                "UserMatches": [],
                "FaceModelVersion": likeness.version(),
                "UnsearchedFaces": output(&unsearched)?,
            });
            if let Some(face) = searched {
                let embedding = photo.embed_one(faces, face)?;
                let found = collection
                    .search_users(&embedding, nearest(max, likeness.within(threshold)))
                    .map_err(|error| of_gallery(&error, &about))?;
                tracing::info!(matches.found = found.len(), "users searched");
                answer["UserMatches"] = output(&user_matches(found, likeness, threshold))?;
                answer["SearchedFace"] = json!({"FaceDetail": output(&detail(face, &photo))?});
            }
            Ok(answer)
        })
        .await
}

/// The largest face that passes, and all others with the reasons why not.
fn choose(photo: &Photo, filter: QualityFilter) -> (Option<&Face>, Vec<UnsearchedFace>) {
    let mut searched = None;
    let mut unsearched = Vec::new();
    for (idx, face) in photo.faces.iter().enumerate() {
        let mut reasons: Vec<Unsearched> = filter
            .reasons(face, &photo.picture)
            .into_iter()
            .map(Unsearched::Filtered)
            .collect();
        if MAX_FACES <= idx {
            reasons.insert(0, Unsearched::Filtered(Reason::ExceedsMaxFaces));
        }
        if reasons.is_empty() && searched.is_none() {
            searched = Some(face);
            continue;
        }
        if searched.is_some() {
            reasons.insert(0, Unsearched::NotLargest("FACE_NOT_LARGEST"));
        }
        unsearched.push(UnsearchedFace {
            face_details: detail(face, photo),
            reasons,
        });
    }
    (searched, unsearched)
}

fn detail(face: &Face, photo: &Photo) -> FaceDetail {
    FaceDetail::of(face, &photo.picture, Asked::DEFAULT)
}
