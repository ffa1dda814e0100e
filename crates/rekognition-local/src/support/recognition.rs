//! What the page says about recognition.

use crate::{
    associations, collections, compare_faces, faces,
    quality_filter::{BARS, Bar},
    resource::ACCOUNT,
    search_faces, search_users, users,
};

use super::clients;

/// Errors of recognition, beside those of pictures, and when they come.
#[rustfmt::skip] // one row per case
const ERRORS: &[(&str, &str)] = &[
    ("`InvalidParameterException`", "a member outside the service model; no face where one is needed; a `FaceId` of `SearchFaces` or `SearchUsers` that is not in the collection; `SearchUsers` with neither or both of `UserId` and `FaceId`; a collection of another model; the ARN of something else than a collection"),
    ("`ResourceNotFoundException`", "no such collection or user"),
    ("`ResourceAlreadyExistsException`", "`CreateCollection` of a name that is taken"),
    ("`ConflictException`", "`CreateUser` of a name that is taken"),
    ("`InvalidPaginationTokenException`", "a `NextToken` of another listing, another filter, or of nobody"),
    ("`IdempotentParameterMismatchException`", "a `ClientRequestToken` that was used for another request"),
    ("`ServiceQuotaExceededException`", "more than 20 million faces or 10 million users in a collection, 100 faces of a user, or 200 tags"),
    ("`AccessDeniedException`", "`cargo xtask up` alone: the function's role has no right to that collection"),
];

/// The part, in Markdown.
pub(super) fn section() -> String {
    let bars = BARS.iter().map(bar).collect::<String>();
    let errors = ERRORS
        .iter()
        .map(|(error, when)| format!("| {error} | {when} |\n"));
    format!(
        "
## Recognition

- Collections are durable: what an operation answered is on the disk, whatever happens to the process. One process at a time
  has the folder. They are the same in every region; their account is {ACCOUNT}.
- Searches are exact and see every change at once; nothing is `UPDATING`, and there is no index to wait for.
- `Similarity` is the model's curve from distance to percent (`docs/accuracy.md`), not Amazon's: choose thresholds anew.
  `FaceModelVersion` is the version of the model. A collection that another model filled can be listed, described, tagged and
  deleted; whatever compares faces refuses it, and names both models.
- Thresholds if not given: `CompareFaces` {compare}, `SearchFaces` and `SearchFacesByImage` {search}, `SearchUsers` and
  `SearchUsersByImage` {search_users}, `AssociateFaces` {associate} percent. What is exactly at the threshold matches.
- Most results, also if not given: {faces_max} faces, {users_max} users. Pages: {collections_page} collections, {faces_page}
  faces, {users_page} users; `MaxResults` 0 asks for a page of the usual size. Collections, faces and users are listed as they were created.
- `CompareFaces` compares the largest face of the source with the 100 largest of the target; an image without a face is an
  error, whichever it is. With a `QualityFilter`, faces that do not pass are in neither list.
- `IndexFaces` stores up to 100 faces. The filter is applied first; of what passes, the `MaxFaces` largest are stored. The same
  bytes with the same `ExternalImageId` give the same `FaceId`s again.
- `SearchFacesByImage` and `SearchUsersByImage` take the largest face that passes the filter. Without any, the first is an
  error and the second an empty answer, as with Amazon.
- A user's vector is the mean of its faces. `AssociateFaces` takes faces in their order, each compared with the mean so far; the first
  face of a user is always taken. Faces that the user has already are in neither list.
- `DisassociateFaces` passes over faces that nobody has: they are in neither list.
- `ClientRequestToken`s are remembered for a day, across restarts.
- `CreateCollection` answers its ARN without `arn:`, as Amazon does; `TagResource` and its like take it with and without.

`QualityFilter` is `AUTO` for `IndexFaces` and `NONE` elsewhere; `AUTO` is `LOW`. The bars are this endpoint's own:

| | yaw, ± ° | pitch, ± ° | brightness, % | sharpness, % | confidence, % | side, px | inside the picture, % |
|---|---|---|---|---|---|---|---|
{bars}| reason | `EXTREME_POSE` | `EXTREME_POSE` | `LOW_BRIGHTNESS` | `LOW_SHARPNESS` | `LOW_CONFIDENCE` | `SMALL_BOUNDING_BOX` | `LOW_FACE_QUALITY` |

| error | when |
|---|---|
{errors}
{clients}",
        compare = compare_faces::THRESHOLD,
        search = search_faces::THRESHOLD,
        search_users = search_users::THRESHOLD,
        associate = associations::THRESHOLD,
        faces_max = search_faces::MAX_MATCHES,
        users_max = search_users::MAX_MATCHES,
        collections_page = collections::MAX_PAGE,
        faces_page = faces::MAX_PAGE,
        users_page = users::MAX_PAGE,
        errors = errors.collect::<String>(),
        clients = clients::SECTION,
    )
}

fn bar(bar: &Bar) -> String {
    let Bar {
        name,
        yaw,
        pitch,
        brightness,
        sharpness,
        confidence,
        side_px,
        visible,
    } = bar;
    format!(
        "| `{name}` | {yaw} | {pitch} | {brightness} | {sharpness} | {confidence} | {side_px} | {visible} |\n"
    )
}
