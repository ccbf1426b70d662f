//! What the fuzz targets share: how an input of libFuzzer is taken apart and cut.

pub mod readers;

/// Bytes at the beginning of an input that say what to do with the others.
const HEAD: usize = 6;

/// An input: choices, and what is read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    choices: [u8; 2],
    sizes: [u8; 4],
    /// What is read.
    pub bytes: &'a [u8],
}

impl<'a> Input<'a> {
    /// Takes an input apart; `None` if it is too short.
    pub fn new(input: &'a [u8]) -> Option<Self> {
        let (&[first, second, a, b, c, d], bytes) = input.split_first_chunk::<HEAD>()?;
        Some(Self { choices: [first, second], sizes: [a, b, c, d], bytes })
    }

    /// One of these, by the first byte.
    pub fn first<T: Copy>(&self, among: &[T]) -> T {
        among[usize::from(self.choices[0]) % among.len()]
    }

    /// One of these, by the second byte.
    pub fn second<T: Copy>(&self, among: &[T]) -> T {
        among[usize::from(self.choices[1]) % among.len()]
    }

    /// Whether the first byte asks for the half of the work that is done without the other half.
    pub fn is_of_second_kind(&self) -> bool {
        self.choices[0] >= 128
    }

    /// Some bytes in the pieces that the input asks for.
    pub fn cut<'b>(&self, bytes: &'b [u8]) -> Pieces<'b> {
        Pieces { rest: bytes, sizes: self.sizes.map(size), number: 0 }
    }

    /// Some bytes in other pieces than those of [`cut`](Self::cut).
    pub fn cut_otherwise<'b>(&self, bytes: &'b [u8]) -> Pieces<'b> {
        let [a, b, c, d] = self.sizes.map(|size| size.wrapping_mul(5).wrapping_add(3));
        Pieces { rest: bytes, sizes: [d, b, a, c].map(size), number: 0 }
    }
}

/// How large a piece is: up to 128 bytes, or up to 64 KiB in steps of 512.
fn size(byte: u8) -> usize {
    match usize::from(byte) {
        small @ 0..128 => small + 1,
        large => (large - 127) * 512,
    }
}

/// The pieces of some bytes; none of them is empty.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
    sizes: [usize; 4],
    number: usize,
}

impl<'a> Pieces<'a> {
    /// All in one piece.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, sizes: [usize::MAX; 4], number: 0 }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let size = self.sizes[self.number % self.sizes.len()].min(self.rest.len());
        let (piece, rest) = self.rest.split_at(size);
        self.rest = rest;
        self.number += 1;
        (!piece.is_empty()).then_some(piece)
    }
}
