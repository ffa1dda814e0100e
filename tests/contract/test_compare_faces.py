"""CompareFaces: the same person in other pictures, other people, thresholds and filters."""

import pytest

from refusals import refused_as

INVALID_PARAMETER = "InvalidParameterException"
COMPARED = {"BoundingBox", "Confidence", "Emotions", "Landmarks", "Pose", "Quality", "Smile"}


def compare(client, source, target, **options):
    return client.compare_faces(SourceImage={"Bytes": source}, TargetImage={"Bytes": target}, **options)


# Searches go through all of portraits.SAME_FACE: test_search.py.
@pytest.mark.parametrize("variant", ["two thirds of the size", "mirrored", "as a PNG", "on its side, by EXIF"])
def test_the_same_face_in_another_picture_matches(rekognition, people, variant):
    answer = compare(rekognition, people.jpeg("olive"), people.jpeg("olive", variant))
    (match,) = answer["FaceMatches"]
    assert 90 < match["Similarity"] <= 100
    assert answer["UnmatchedFaces"] == []


def test_the_very_same_picture_matches_completely(rekognition, people):
    answer = compare(rekognition, people.jpeg("green"), people.jpeg("green"), SimilarityThreshold=100)
    assert [match["Similarity"] for match in answer["FaceMatches"]] == [100]


def test_other_people_of_one_photo_do_not_match(rekognition, people):
    target = people.side_by_side("maroon", "peach", "green")
    answer = compare(rekognition, people.jpeg("olive"), target)
    assert answer["FaceMatches"] == []
    assert len(answer["UnmatchedFaces"]) == 3


def test_of_several_faces_the_person_alone_matches(rekognition, people):
    target = people.side_by_side("maroon", "green", "peach")
    left = compare(rekognition, people.jpeg("maroon", "mirrored"), target)
    right = compare(rekognition, people.jpeg("peach", "darker"), target)
    for answer, place in ((left, (0, 1 / 3)), (right, (2 / 3, 1))):
        (match,) = answer["FaceMatches"]
        box = match["Face"]["BoundingBox"]
        assert place[0] < box["Left"] + box["Width"] / 2 < place[1]
        assert len(answer["UnmatchedFaces"]) == 2
        assert all(set(face) == COMPARED for face in [match["Face"], *answer["UnmatchedFaces"]])


def test_the_largest_face_of_the_source_is_compared(rekognition, people):
    source = people.side_by_side("peach", "plum", scales=(0.5, 1))
    answer = compare(rekognition, source, people.jpeg("plum"))
    assert len(answer["FaceMatches"]) == 1
    largest = rekognition.detect_faces(Image={"Bytes": source})["FaceDetails"][0]
    assert answer["SourceImageFace"] == {name: largest[name] for name in ("BoundingBox", "Confidence")}
    assert largest["BoundingBox"]["Left"] > 0.3
    assert not {"SourceImageOrientationCorrection", "TargetImageOrientationCorrection"} & set(answer)


@pytest.fixture(scope="module")
def compared_with_all(rekognition, people):
    target = people.side_by_side("olive", "stripes", "peach", "green")
    return target, compare(rekognition, people.jpeg("olive", "brighter"), target, SimilarityThreshold=0)


def test_threshold_0_matches_every_face_the_most_similar_first(compared_with_all):
    _, answer = compared_with_all
    similarities = [match["Similarity"] for match in answer["FaceMatches"]]
    assert len(similarities) == 4 and answer["UnmatchedFaces"] == []
    assert similarities == sorted(similarities, reverse=True)
    assert all(0 <= it <= 100 for it in similarities)
    assert similarities[0] >= 90 and similarities[-1] < 80


def test_the_threshold_parts_the_faces_and_80_is_the_default(rekognition, people, compared_with_all):
    target, everything = compared_with_all
    similarities = [match["Similarity"] for match in everything["FaceMatches"]]
    source = people.jpeg("olive", "brighter")
    for options, threshold in (({}, 80), ({"SimilarityThreshold": similarities[2]}, similarities[2])):
        answer = compare(rekognition, source, target, **options)
        expected = [it for it in similarities if it >= threshold]
        assert [match["Similarity"] for match in answer["FaceMatches"]] == pytest.approx(expected)
        assert len(answer["UnmatchedFaces"]) == 4 - len(expected), "each face is in one of the lists"


def test_similarity_is_the_same_in_both_directions(rekognition, people):
    there = compare(rekognition, people.jpeg("maroon"), people.jpeg("green"), SimilarityThreshold=0)
    back = compare(rekognition, people.jpeg("green"), people.jpeg("maroon"), SimilarityThreshold=0)
    assert there["FaceMatches"][0]["Similarity"] == pytest.approx(back["FaceMatches"][0]["Similarity"], abs=0.01)


# ---- quality


def test_a_face_that_is_filtered_out_is_not_compared(rekognition, people):
    source, blurred = people.jpeg("olive"), people.jpeg("olive", "very blurred")
    unfiltered = compare(rekognition, source, blurred, SimilarityThreshold=0)
    assert len(unfiltered["FaceMatches"]) == 1, "by default nothing is filtered out"
    filtered = compare(rekognition, source, blurred, SimilarityThreshold=0, QualityFilter="AUTO")
    assert (filtered["FaceMatches"], filtered["UnmatchedFaces"]) == ([], [])


@pytest.mark.parametrize("quality", ["LOW", "HIGH"])
def test_a_source_whose_face_is_filtered_out_has_none(rekognition, people, quality):
    code = refused_as(
        rekognition.compare_faces,
        SourceImage={"Bytes": people.jpeg("olive", "very blurred")},
        TargetImage={"Bytes": people.jpeg("olive")},
        QualityFilter=quality,
    )
    assert code == INVALID_PARAMETER


@pytest.mark.parametrize(
    "bad",
    [{"SimilarityThreshold": -0.1}, {"SimilarityThreshold": 100.1}, {"QualityFilter": "BEST"}, {"QualityFilter": ""}],
    ids=str,
)
def test_parameters_outside_the_model_are_refused(scene, lax, bad):
    assert refused_as(lax.compare_faces, **scene.request("CompareFaces") | bad) == INVALID_PARAMETER
