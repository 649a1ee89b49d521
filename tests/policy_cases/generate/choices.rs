//! Bytes as choices. Behind the last byte every choice is the first one, so whatever is written from choices ends.

/// What is left to choose from.
pub(super) struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// A number below `limit`; 0 when nothing is left.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let mut number = self.byte();
        if limit > 256 {
            number = number << 8 | self.byte();
        }
        number % limit.max(1)
    }

    /// Once in so many times; never when nothing is left.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of the list; the first when nothing is left.
    pub(super) fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first)
    }
}
