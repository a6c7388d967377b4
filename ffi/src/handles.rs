//! Handles: numbers in the shape of pointers that are looked up and never dereferenced.
//!
//! A number carries the kind of its object and is never given out twice, so a freed handle, a handle of another kind and
//! a stray pointer are all found out. Objects are shared: a call that runs while its handle is freed keeps what it uses.

use std::{
    any::Any,
    collections::BTreeMap,
    marker::PhantomData,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::{failure::Failure, status::ROPAR_ERROR_HANDLE};

/// Bits of a handle that say its kind.
const KIND_BITS: u32 = 4;

/// What a handle stands for.
pub(crate) trait Object: Any + Send + Sync + Sized {
    /// The opaque type of the header.
    type Handle;
    /// Distinct for each type, 1 to 15.
    const KIND: usize;
    /// What it is, with its article, for messages.
    const NAME: &'static str;
}

/// The names of all kinds, by [`Object::KIND`].
const NAMES: [&str; 7] = ["", "an engine", "a motion", "a grid", "a rig", "a mapping", "a retargeted clip"];

struct Registry {
    objects: BTreeMap<usize, Arc<dyn Any + Send + Sync>>,
    given: usize,
}

static REGISTRY: RwLock<Registry> = RwLock::new(Registry { objects: BTreeMap::new(), given: 0 });

fn reading() -> RwLockReadGuard<'static, Registry> {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner)
}

fn writing() -> RwLockWriteGuard<'static, Registry> {
    REGISTRY.write().unwrap_or_else(PoisonError::into_inner)
}

/// Gives out a handle.
pub(crate) fn insert<T: Object>(object: T) -> Result<*mut T::Handle, Failure> {
    let mut registry = writing();
    let number = registry.given + 1;
    if number > usize::MAX >> KIND_BITS {
        return Err(Failure::internal("all handles are used up"));
    }
    registry.given = number;
    let handle = number << KIND_BITS | T::KIND;
    registry.objects.insert(handle, Arc::new(object));
    Ok(std::ptr::without_provenance_mut(handle))
}

/// The object of a handle.
pub(crate) fn get<T: Object>(handle: *const T::Handle) -> Result<Arc<T>, Failure> {
    let number = check_kind::<T>(handle)?;
    let object = reading().objects.get(&number).cloned();
    object.and_then(|object| object.downcast::<T>().ok()).ok_or_else(freed::<T>)
}

/// As [`get`], with `None` for null.
pub(crate) fn get_optional<T: Object>(handle: *const T::Handle) -> Result<Option<Arc<T>>, Failure> {
    if handle.is_null() { Ok(None) } else { get(handle).map(Some) }
}

/// Takes a handle back. Null is no error.
pub(crate) fn remove<T: Object>(handle: *const T::Handle) -> Result<(), Failure> {
    take::<T>(handle).map(drop)
}

/// Takes a handle back and answers what it stood for; nothing for null.
pub(crate) fn take<T: Object>(handle: *const T::Handle) -> Result<Option<Arc<T>>, Failure> {
    if handle.is_null() {
        return Ok(None);
    }
    let number = check_kind::<T>(handle)?;
    let mut registry = writing();
    let removed = registry.objects.remove(&number);
    if registry.objects.is_empty() {
        // An empty map keeps a node, which would be lost whenever a host unloads the library.
        registry.objects = BTreeMap::new();
    }
    drop(registry);
    // The object itself is dropped by the caller, outside of the lock: closing an engine takes a while.
    removed.and_then(|object| object.downcast::<T>().ok()).map(Some).ok_or_else(freed::<T>)
}

/// Handles that were given out and not taken back.
pub(crate) fn live() -> usize {
    reading().objects.len()
}

fn check_kind<T: Object>(handle: *const T::Handle) -> Result<usize, Failure> {
    let number = handle.addr();
    if number == 0 {
        return Err(Failure::new(
            ROPAR_ERROR_HANDLE,
            format!("NULL was passed for {}", T::NAME),
            "check the status of the call that should have made it",
        ));
    }
    let kind = number & ((1 << KIND_BITS) - 1);
    if kind == T::KIND {
        return Ok(number);
    }
    let found = match NAMES.get(kind) {
        Some(name) if kind > 0 && reading().objects.contains_key(&number) => format!("it is {name}"),
        _ => "it is no handle of this library".to_owned(),
    };
    Err(Failure::new(
        ROPAR_ERROR_HANDLE,
        format!("the handle is not {}: {found}", T::NAME),
        "pass a handle of the right kind",
    ))
}

fn freed<T: Object>() -> Failure {
    Failure::new(
        ROPAR_ERROR_HANDLE,
        format!("the handle of {} was freed before, or was never given out", T::NAME),
        "free a handle once, and use it before that only",
    )
}

/// An opaque type of the header, one for each kind of handle; never made in Rust.
#[repr(C)]
pub struct Opaque<const KIND: usize> {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, std::marker::PhantomPinned)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct First(u32);
    #[derive(Debug)]
    struct Second;

    impl Object for First {
        type Handle = u8;
        const KIND: usize = 1;
        const NAME: &'static str = NAMES[1];
    }
    impl Object for Second {
        type Handle = u16;
        const KIND: usize = 2;
        const NAME: &'static str = NAMES[2];
    }

    #[test]
    fn handles_are_found_freed_once_and_never_given_out_again() {
        let first = insert(First(7)).expect("room");
        assert_eq!(get::<First>(first).expect("live").0, 7);
        let error = get::<Second>(first.cast()).expect_err("another kind");
        assert_eq!(error.message, "the handle is not a motion: it is an engine");
        let kept = get::<First>(first).expect("live");
        remove::<First>(first).expect("once");
        assert_eq!(kept.0, 7, "a running call keeps its object");
        assert_eq!(remove::<First>(first).expect_err("twice").status, ROPAR_ERROR_HANDLE);
        assert_eq!(get::<First>(first).expect_err("freed").status, ROPAR_ERROR_HANDLE);
        let next = insert(First(8)).expect("room");
        assert_ne!(first, next);
        remove::<First>(next).expect("live");
    }

    #[test]
    fn stray_pointers_are_no_handles() {
        let value = 0_u64;
        for offset in 0..16 {
            let stray: *const u8 = (&raw const value).cast::<u8>().wrapping_add(offset);
            assert!(get::<First>(stray).is_err());
        }
        assert!(get::<First>(std::ptr::null()).is_err());
        assert!(remove::<First>(std::ptr::null()).is_ok());
    }
}
