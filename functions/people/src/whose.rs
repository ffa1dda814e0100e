//! Whose face a photo shows, before it becomes one: not another person's, and nobody else's than the person's.

use aws::people::FaceRow;
use intake::Jpeg;

use crate::{
    capabilities::{Capabilities, Probe},
    face::Order,
    refusal::Refusal,
    verify::{Claimed, best},
};

/// Similarity from which a face is that of another person, in percent. Chosen: at 90 of a thousand strangers one is taken for
/// somebody (docs/accuracy.md), and who has hundreds of people would be refused for that.
pub const SAME_FACE_PERCENT: f32 = 99.0;

/// Similarity to the most similar face that the person has from which a photo is of the same person, in percent. CompareFaces' default
/// threshold: of the local engine that takes 99 of 100 photos of the person and one of a hundred strangers (docs/accuracy.md), enough
/// against the wrong file, and against one's own face in somebody else's place.
pub const SAME_PERSON_PERCENT: f32 = 80.0;

/// Tells whether the photo shows another person whom the account knows.
///
/// # Errors
///
/// [`Refusal::Fault`].
pub async fn is_anothers<D: Capabilities>(deps: &D, order: Order, photo: &Jpeg) -> Result<bool, Refusal> {
    let Order { owner, person, .. } = order;
    let alike = deps.find_alike(owner, photo, SAME_FACE_PERCENT).await?;
    let mut others: Vec<_> = alike
        .iter()
        .map(|it| it.person)
        .filter(|it| *it != person)
        .collect();
    others.sort_unstable();
    others.dedup();
    for other in others {
        // A description can outlive its person for a while: whoever is erased is nobody at once.
        let row = deps.get_person(owner, other).await?;
        if row.is_none_or(|it| it.is_erasing) {
            continue;
        }
        // And an attempt that broke off can leave one that is nobody's: only a row is a face.
        let faces = deps.faces(owner, other).await?;
        let has_row = |name: &str| faces.iter().any(|it| it.indexed_as == name);
        if alike
            .iter()
            .any(|it| it.person == other && has_row(&it.indexed_as))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells whether the photo shows the person whose faces these are; whoever has none may be anybody.
///
/// # Errors
///
/// [`Refusal::PersonNotFound`], [`Refusal::Fault`].
pub async fn is_theirs<D: Capabilities>(
    deps: &D,
    order: Order,
    photo: &Probe,
    faces: &[FaceRow],
) -> Result<bool, Refusal> {
    if faces.is_empty() {
        return Ok(true);
    }
    let same = Claimed {
        owner: order.owner,
        person: order.person,
        threshold_percent: SAME_PERSON_PERCENT,
    };
    match best(deps, same, photo, faces).await {
        Ok(similarity) => Ok(same.is_met_by(similarity)),
        // The last face was erased meanwhile.
        Err(Refusal::PersonWithoutFace) => Ok(true),
        Err(error) => Err(error),
    }
}
