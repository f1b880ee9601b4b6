#!/bin/sh
# make_seeds.sh TOOL KEPT_TOOL OUT SOURCE SHARED: seeds for all targets, out of captures and vectors that are there.
set -eu
tool=$1 kept_tool=$2 out=$3 source=$4 shared=$5
rm -rf "$out"
# Hand-laid frames of every row of the layer table, which need no outside data.
python3 "$source/tests/golden/make_capture.py" "$out.pcapng"
set -- "$source/captures" "$out.pcapng"
for dir in "$shared/captures" "$shared/traffic"; do
    [ ! -d "$dir" ] || set -- "$@" "$dir"
done
"$tool" "$out" "$@" 2>"$out.log" || { cat "$out.log"; exit 1; }
[ ! -d "$shared/vectors" ] || python3 "$(dirname "$0")/vector_seeds.py" "$out" "$shared/vectors" >/dev/null
"$kept_tool" "$out"
mkdir "$out/capture" "$out/rules" "$out/services" "$out/inventory" "$out/scenario"
find "$@" -name '*.pcap*' -size -64k -exec cp {} "$out/capture" \;
cp "$source"/rules/*.yaml "$source"/rules/typologies/*.yaml "$out/rules"
cp "$source"/rules/recognition/*.yaml "$source"/rules/services/[a-d]*.yaml "$out/services"
[ ! -f "$source/captures/demo.csv" ] || cp "$source/captures/demo.csv" "$out/inventory"
cp "$source"/captures/*.yaml "$source"/tests/eval/scenarios/*.yaml "$source"/tests/simulate/*.yaml "$out/scenario"
# Their words, for who changes them.
for target in rules services scenario result lines; do
    grep -oh '[a-z][a-z_0-9]*"*:' "$out/$target"/* | sed 's/[":]*$//; s/.*/"&"/' | sort -u >"$out/$target.dict"
done
