//! Digits to write on a picture: ten small bitmaps, so that no font has to be shipped.

/// Columns of a digit.
pub(super) const WIDTH: u32 = 5;
/// Rows of a digit.
pub(super) const HEIGHT: u32 = 7;

/// Ten digits of [`HEIGHT`] rows; the lowest [`WIDTH`] bits of a row are its columns, the leftmost highest.
#[rustfmt::skip] // one digit per row
const BITMAPS: [[u8; HEIGHT as usize]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00010, 0b00100, 0b01000, 0b11111],
    [0b11111, 0b00010, 0b00100, 0b00010, 0b00001, 0b10001, 0b01110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];

/// Returns the decimal digits of `number`, the most significant first.
pub(super) fn of(number: u32) -> Vec<usize> {
    let text = number.to_string();
    text.bytes().map(|it| usize::from(it - b'0')).collect()
}

/// Returns columns and rows of the dots of a digit.
pub(super) fn dots(digit: usize) -> impl Iterator<Item = (u32, u32)> {
    let rows = BITMAPS.get(digit).copied().unwrap_or_default();
    (0..HEIGHT).zip(rows).flat_map(|(y, row)| {
        (0..WIDTH)
            .filter(move |x| row & (1 << (WIDTH - 1 - x)) != 0)
            .map(move |x| (x, y))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_from_the_left() {
        assert_eq!(of(0), [0]);
        assert_eq!(of(100), [1, 0, 0]);
    }

    #[test]
    fn no_two_digits_look_the_same_and_all_stay_in_their_cell() {
        for (digit, bitmap) in BITMAPS.iter().enumerate() {
            assert!(dots(digit).all(|(x, y)| x < WIDTH && y < HEIGHT));
            assert!(bitmap.iter().all(|row| *row < 1 << WIDTH));
            assert!(BITMAPS.iter().take(digit).all(|it| it != bitmap));
        }
        let seven: Vec<_> = dots(7).take(6).collect();
        assert_eq!(seven, [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (4, 1)]);
    }
}
