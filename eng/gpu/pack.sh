#!/usr/bin/env bash
# Packs self-contained programs of this project, without .NET to install and without libtorch, for a machine that has Python's PyTorch and a GPU (docs/gpu.md).
# usage: eng/gpu/pack.sh [PROJECT...]   writes .gpu/ (app.tar.xz, env.sh, DATA) and .gpu-weights/ (pretrained weights, as large again)
#   PROJECT: folders under tests/, samples/ or src/; default: Experiments, Benchmarks, Training.Tests. DATA: files to take along, e.g. DATA=../shared/data/cifar10.tar.gz
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
projects=("$@")
[[ ${#projects[@]} -gt 0 ]] || projects=(tests/SSAH.MLNet.Experiments tests/SSAH.MLNet.Benchmarks tests/SSAH.MLNet.Training.Tests)
rm -rf .gpu .gpu-weights
mkdir -p .gpu .gpu-weights
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/all"
for project in "${projects[@]}"; do
    # Build outputs of its own: those of this checkout have libtorch in them.
    dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:HashDevice=system -p:DebugType=none -v quiet -nologo \
        --artifacts-path "$work/build" -o "$work/$(basename "$project")"
    cp -an "$work/$(basename "$project")/." "$work/all/"
done
rm -f "$work"/all/onnxruntime.dll "$work"/all/*.dbg "$work"/all/*.pdb "$work"/all/*.xml
[[ ! -d $work/all/DnnImageModels ]] || mv "$work/all/DnnImageModels" .gpu-weights/
tar -C "$work" -cf - all | xz -6 -T2 >.gpu/app.tar.xz
for file in ${DATA-}; do cp "$file" .gpu/; done
cp eng/gpu/env.sh .gpu/
sha256sum <.gpu/app.tar.xz >.gpu/app.sum
git describe --always --dirty --abbrev=40 --exclude '*' >.gpu/commit 2>/dev/null || true
du -sm .gpu .gpu-weights
