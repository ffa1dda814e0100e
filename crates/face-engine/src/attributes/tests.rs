use super::*;

fn head(weights: Vec<f32>) -> Head {
    Head {
        inputs: vec![Group::AgeGender],
        bias: -1.0,
        weights,
    }
}

fn inputs(values: &[f32]) -> Inputs {
    let mut inputs = Inputs::default();
    inputs.insert(Group::AgeGender, values.to_vec());
    inputs
}

#[test]
fn a_verdict_is_as_sure_as_its_probability() {
    let head = head(vec![2.0, 0.0]);
    let yes = head.verdict(&inputs(&[1.5, 9.0])).unwrap();
    assert!(yes.value && (yes.confidence - sigmoid(2.0)).abs() < 1e-6);
    let no = head.verdict(&inputs(&[-0.5, 9.0])).unwrap();
    assert!(!no.value && (no.confidence - sigmoid(2.0)).abs() < 1e-6);
}

#[test]
fn a_head_without_its_inputs_says_nothing() {
    assert!(head(vec![1.0]).verdict(&Inputs::default()).is_none());
    assert!(head(vec![1.0]).verdict(&inputs(&[1.0, 2.0])).is_none());
}

#[test]
fn the_shipped_heads_read_as_many_values_as_there_are() {
    let heads = Heads::shipped().unwrap();
    let size = |group: &Group| match group {
        Group::Eyes => 6 * 4 * 8,
        Group::Mouth => 8 * 6 * 8,
        Group::Ratios => ratios::RATIOS,
        Group::Expression => 256,
        Group::Descriptor => 128,
        Group::AgeGender => 3,
    };
    for head in [
        &heads.smile,
        &heads.mouth_open,
        &heads.eyes_open,
        &heads.male,
        &heads.age,
    ] {
        assert!(!head.inputs.is_empty());
        assert_eq!(head.weights.len(), head.inputs.iter().map(size).sum::<usize>());
        assert!(head.bias.is_finite() && head.weights.iter().all(|it| it.is_finite()));
    }
    assert!(heads.age_range.is_sorted_by(|a, b| a.at < b.at));
    assert!(1.0 <= heads.emotion_temperature);
}

#[test]
fn gender_is_never_less_than_even() {
    assert_eq!(gender(3.0), (Gender::Male, sigmoid(3.0)));
    assert_eq!(gender(-3.0).0, Gender::Female);
    assert!((gender(-3.0).1 - sigmoid(3.0)).abs() < 1e-6);
}
