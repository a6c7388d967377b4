//! Frames per second of a retarget onto a rig of 65 joints on one core: the solve with and without held feet, and with the
//! report.
//!
//! `cargo bench -p ropar-core --no-default-features --bench retarget`

#[path = "../tests/rigs/mod.rs"]
mod rigs;
#[path = "../tests/strolls/mod.rs"]
mod strolls;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ropar_core::retarget::{MappedRig, RetargetOptions, Retargeter};
use ropar_core::rig::Take;

fn retarget(criterion: &mut Criterion) {
    let rig = rigs::load("mixamo");
    let target = MappedRig { rig: &rig.rig, mapping: &rig.truth, takes: &[] };
    let take = Take::from_motion(&strolls::all()[0].motion(30.0, 100.0).0, "walk");
    let canonical = Retargeter::from_canonical(target).expect("a rig of the tests");
    // All joints with fingers on both sides.
    let pair = Retargeter::new(target, target).expect("a rig of the tests");
    let mixamo = canonical.solve(&take, &RetargetOptions::default()).expect("a clip of the tests");

    let mut group = criterion.benchmark_group(format!("retarget onto {} nodes", rig.rig.nodes.len()));
    group.throughput(Throughput::Elements(take.frames as u64));
    let with = RetargetOptions::default();
    let without = RetargetOptions { contacts: false, ..with };
    group.bench_function("solve, feet held", |bench| bench.iter(|| canonical.solve(&take, &with)));
    group.bench_function("solve, feet free", |bench| bench.iter(|| canonical.solve(&take, &without)));
    group
        .bench_function("solve, from a rig with fingers, feet held", |bench| bench.iter(|| pair.solve(&mixamo, &with)));
    group.bench_function("solve and report", |bench| bench.iter(|| canonical.retarget(&take, &with)));
    group.finish();
}

criterion_group!(benches, retarget);
criterion_main!(benches);
