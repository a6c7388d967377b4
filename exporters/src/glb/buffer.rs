//! The binary chunk under construction, with the accessors that describe it.

use super::document::{Accessor, Buffer, BufferView, code};

/// Collects arrays; each gets its own buffer view and accessor.
#[derive(Debug, Default)]
pub(super) struct BufferBuilder {
    pub bytes: Vec<u8>,
    pub views: Vec<BufferView>,
    pub accessors: Vec<Accessor>,
}

/// What an array is for: glTF wants vertex data and indices marked, and bounds on positions and key times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Use {
    /// Vertex positions: marked, with bounds.
    Positions,
    /// Other vertex data: marked.
    Vertices,
    /// Key times: with bounds.
    Times,
    /// Anything else.
    Plain,
}

impl BufferBuilder {
    /// Adds rows of `N` floats (`SCALAR`, `VEC3`, `VEC4` or `MAT4` by their number) and gives the accessor's index.
    pub fn floats<const N: usize>(&mut self, rows: &[[f32; N]], usage: Use) -> usize {
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        let target = matches!(usage, Use::Positions | Use::Vertices).then_some(code::ARRAY_BUFFER);
        let (mut min, mut max) = (Vec::new(), Vec::new());
        if matches!(usage, Use::Positions | Use::Times) {
            for axis in 0..N {
                let values = rows.iter().map(|row| row[axis]);
                min.push(values.clone().fold(f32::INFINITY, f32::min));
                max.push(values.fold(f32::NEG_INFINITY, f32::max));
            }
        }
        let shape = match N {
            1 => "SCALAR",
            3 => "VEC3",
            4 => "VEC4",
            _ => "MAT4",
        };
        self.push(&bytes, target, rows.len(), code::FLOAT, shape, false, (min, max))
    }

    /// Adds rows of four bytes: joint numbers, or weights (`normalized`, 255 being 1).
    pub fn bytes4(&mut self, rows: &[[u8; 4]], normalized: bool) -> usize {
        let target = Some(code::ARRAY_BUFFER);
        self.push(rows.as_flattened(), target, rows.len(), code::UNSIGNED_BYTE, "VEC4", normalized, Default::default())
    }

    /// Adds triangle indices.
    pub fn indices(&mut self, indices: &[u16]) -> usize {
        let bytes: Vec<u8> = indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        let target = Some(code::ELEMENT_ARRAY_BUFFER);
        self.push(&bytes, target, indices.len(), code::UNSIGNED_SHORT, "SCALAR", false, Default::default())
    }

    #[allow(clippy::too_many_arguments)] // the fields of an accessor, filled in one place
    fn push(
        &mut self,
        bytes: &[u8],
        target: Option<u32>,
        count: usize,
        component_type: u32,
        shape: &str,
        normalized: bool,
        (min, max): (Vec<f32>, Vec<f32>),
    ) -> usize {
        let byte_offset = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.views.push(BufferView { buffer: 0, byte_offset, byte_length: bytes.len(), target });
        self.accessors.push(Accessor {
            buffer_view: self.views.len() - 1,
            byte_offset: 0,
            component_type,
            normalized,
            count,
            shape: shape.to_owned(),
            min,
            max,
        });
        self.accessors.len() - 1
    }

    /// The one buffer of the file.
    pub fn buffer(&self) -> Buffer {
        Buffer { byte_length: self.bytes.len() }
    }
}
