//! Accessors to numbers (glTF 2.0, section 3.6.2): strides, sparse values, normalised integers.

use super::buffers::Buffers;
use super::document::{Accessor, Document};
use super::error::GltfError;
use super::limits;

/// Reads accessors and counts what was read.
pub(super) struct Numbers<'a> {
    document: &'a Document,
    buffers: &'a Buffers<'a>,
    left: usize,
}

/// How the components of an accessor are stored.
#[derive(Clone, Copy)]
enum Component {
    I8,
    U8,
    I16,
    U16,
    U32,
    F32,
}

impl Component {
    fn of(code: u32) -> Option<Self> {
        Some(match code {
            5120 => Self::I8,
            5121 => Self::U8,
            5122 => Self::I16,
            5123 => Self::U16,
            5125 => Self::U32,
            5126 => Self::F32,
            _ => return None,
        })
    }

    fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }

    /// The component at the start of `bytes`, which holds at least [`Self::size`] bytes.
    fn decode(self, bytes: &[u8], normalized: bool) -> f64 {
        let (value, largest) = match self {
            Self::I8 => (f64::from(bytes[0] as i8), 127.0),
            Self::U8 => (f64::from(bytes[0]), 255.0),
            Self::I16 => (f64::from(i16::from_le_bytes([bytes[0], bytes[1]])), 32767.0),
            Self::U16 => (f64::from(u16::from_le_bytes([bytes[0], bytes[1]])), 65535.0),
            Self::U32 => (f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])), 4_294_967_295.0),
            Self::F32 => return f64::from(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        };
        if normalized { (value / largest).max(-1.0) } else { value }
    }
}

impl<'a> Numbers<'a> {
    pub fn new(document: &'a Document, buffers: &'a Buffers<'a>) -> Self {
        Self { document, buffers, left: limits::NUMBERS }
    }

    /// The accessor, which `at` refers to.
    pub fn accessor(&self, index: usize, at: &str) -> Result<&'a Accessor, GltfError> {
        let missing = || GltfError::content(at, format!("accessors[{index}] does not exist"));
        self.document.accessors.get(index).ok_or_else(missing)
    }

    /// All numbers of an accessor whose type is `shape` (`SCALAR`, `VEC3`, `VEC4`, `MAT4`), row after row; all finite.
    pub fn read(&mut self, index: usize, shape: &str, at: &str) -> Result<Vec<f64>, GltfError> {
        let accessor = self.accessor(index, at)?;
        let at = format!("accessors[{index}]");
        if accessor.shape != shape {
            let found: String = accessor.shape.chars().take(20).collect();
            return Err(GltfError::content(at, format!("it should hold {shape} and holds `{found}`")));
        }
        let width = match shape {
            "SCALAR" => 1,
            "VEC3" => 3,
            "VEC4" => 4,
            _ => 16,
        };
        let component = Component::of(accessor.component_type)
            // Matrices of bytes have padded columns; no matrix that is read here may be one.
            .filter(|component| width < 16 || matches!(component, Component::F32))
            .ok_or_else(|| {
                GltfError::content(&at, format!("its component type {} is not allowed", accessor.component_type))
            })?;
        let total = accessor.count.checked_mul(width).filter(|total| *total <= self.left);
        let Some(total) = total else {
            return Err(GltfError::Limit { at, what: "numbers in accessors", limit: limits::NUMBERS });
        };
        self.left -= total;

        let row = width * component.size();
        let mut values = Vec::new();
        if let Some(view) = accessor.buffer_view {
            let stride = self.document.buffer_views.get(view).and_then(|view| view.byte_stride).unwrap_or(row);
            if stride < row {
                return Err(GltfError::content(
                    at,
                    format!("its stride {stride} is shorter than a row of {row} bytes"),
                ));
            }
            let length = match accessor.count.checked_sub(1) {
                Some(steps) => steps.checked_mul(stride).and_then(|length| length.checked_add(row)),
                None => Some(0),
            };
            let too_long = || GltfError::content(&at, "it is longer than any file");
            let bytes =
                self.buffers.slice(self.document, view, accessor.byte_offset, length.ok_or_else(too_long)?, &at)?;
            values.reserve_exact(total);
            for start in (0..accessor.count).map(|step| step * stride) {
                let columns = (start..start + row).step_by(component.size());
                values.extend(columns.map(|column| component.decode(&bytes[column..], accessor.normalized)));
            }
        } else {
            values.resize(total, 0.0);
        }
        self.overwrite_sparse(accessor, component, width, &mut values, &at)?;
        if let Some(bad) = values.iter().position(|value| !value.is_finite()) {
            return Err(GltfError::content(at, format!("element {} holds a number that is not finite", bad / width)));
        }
        Ok(values)
    }

    fn overwrite_sparse(
        &self,
        accessor: &Accessor,
        component: Component,
        width: usize,
        values: &mut [f64],
        at: &str,
    ) -> Result<(), GltfError> {
        let Some(sparse) = &accessor.sparse else { return Ok(()) };
        let at = format!("{at}.sparse");
        let index_type = match Component::of(sparse.indices.component_type) {
            Some(kind @ (Component::U8 | Component::U16 | Component::U32)) => kind,
            _ => return Err(GltfError::content(at, "its indices have a component type that is not allowed")),
        };
        if sparse.count > accessor.count {
            let reason = format!("{} values for an accessor of {}", sparse.count, accessor.count);
            return Err(GltfError::content(at, reason));
        }
        // Neither product overflows: the count is at most that of an accessor that was within the limit.
        let row = width * component.size();
        let (indices, data) = (&sparse.indices, &sparse.values);
        let index_bytes = sparse.count * index_type.size();
        let indices = self.buffers.slice(self.document, indices.buffer_view, indices.byte_offset, index_bytes, &at)?;
        let data = self.buffers.slice(self.document, data.buffer_view, data.byte_offset, sparse.count * row, &at)?;
        for (place, source) in indices.chunks_exact(index_type.size()).zip(data.chunks_exact(row)) {
            let index = index_type.decode(place, false) as usize;
            let target = index
                .checked_mul(width)
                .and_then(|first| values.get_mut(first..first + width))
                .ok_or_else(|| GltfError::content(&at, format!("index {index} is beyond the accessor's end")))?;
            for (value, column) in target.iter_mut().zip(source.chunks_exact(component.size())) {
                *value = component.decode(column, accessor.normalized);
            }
        }
        Ok(())
    }
}
