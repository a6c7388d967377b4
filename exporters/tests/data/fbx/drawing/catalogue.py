"""Which files there are, by what each holds."""

from .figures import giant, named, puppet, rotation_orders, scaled, under_a_group, with_changes
from .file import File

FILES: dict[str, File] = {
    "plain_7400": File(puppet()),
    "plain_7100": File(puppet(), version=7100),
    "plain_7700": File(puppet(), version=7700),
    "plain_6100": File(puppet(), version=6100),
    "z_up_in_metres": File(puppet(100, up=2), up=2, unit=100.0),
    "y_up_in_inches": File(puppet(2.54), unit=2.54),
    "left_handed": File(with_changes(pre=(20, -35, 110)), left_handed=True),
    "six_rotation_orders": File(rotation_orders()),
    "pre_rotation": File(with_changes(pre=(20, -35, 110))),
    "pre_and_post_rotation": File(with_changes(pre=(20, -35, 110), post=(-15, 40, 5))),
    "rotation_order_with_pre_rotation": File(with_changes(pre=(20, -35, 110), order=4)),
    "pivots_and_offsets": File(
        with_changes(
            rotation_pivot=(1, 2, 3),
            rotation_offset=(-2, 4, 0.5),
            scaling_pivot=(3, -1, 2),
            scaling_offset=(0.25, 1, -1),
            s=(1.1, 1.1, 1.1),
        )
    ),
    "scaled_joint": File(scaled(1)),
    "segment_scale_compensation": File(scaled(2)),
    "animated_scale": File(with_changes(keys={"S": [(1 + 0.1 * i, 1 + 0.1 * i, 1 + 0.1 * i) for i in range(5)]})),
    "skeleton_under_a_scaled_group": File(under_a_group()),
    "names_with_colons_spaces_and_umlauts": File(
        named(["mixamorig:Hips", "Wirbelsäule 1", "Kopf.001", "左脚", "a:b:c"])
    ),
    "equal_names": File(named(["Hips", "joint", "joint", "joint", "joint"])),
    "two_takes": File(puppet(), takes=2),
    "no_takes": File(puppet(), takes=0),
    "take_without_span": File(puppet(), span=False),
    "take_from_frame_10": File(puppet(), key_frames=[10, 11, 12, 13, 14], first=10),
    "keys_on_every_third_frame": File(puppet(), key_frames=[0, 3, 6, 9, 12]),
    "stepped_keys": File(puppet(), key_frames=[0, 3, 6, 9, 12], key_flags=2),
    "rate_24": File(puppet(), fps=24.0, time_mode=11),
    "rate_25": File(puppet(), fps=25.0, time_mode=10),
    "rate_custom_29_97": File(puppet(count=5), fps=29.97, time_mode=14),
    "rate_120": File(puppet(), fps=120.0, time_mode=1),
    "two_layers": File(puppet(), layer_weight=50.0),
    "skinned_triangle": File(puppet(), skin=True),
    "person_of_142_metres": File(giant(), unit_correction=0.01),
    "angles_beyond_a_turn": File(with_changes(keys={"R": [(170.0 + 95 * i, 80.0 * i, -200.0 * i) for i in range(5)]})),
}
FILES["skinned_triangle"].nodes[4].r = (0, 0, 0)

# Also as binary files, to put takes into.
BINARY = {
    "plain_7400": 7400,
    "pre_and_post_rotation": 7300,
    "rotation_order_with_pre_rotation": 7400,
    "pivots_and_offsets": 7500,
    "six_rotation_orders": 7700,
    "z_up_in_metres": 7400,
    "left_handed": 7400,
    "y_up_in_inches": 7100,
    "skeleton_under_a_scaled_group": 7400,
    "skinned_triangle": 7500,
    "two_takes": 7400,
    "no_takes": 7400,
    "segment_scale_compensation": 7400,
    "person_of_142_metres": 7400,
    "equal_names": 7400,
}
