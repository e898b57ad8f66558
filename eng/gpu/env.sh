# Sourced in the folder that has .gpu/: unpacks each pack once, puts libtorch and CUDA's libraries on the loader's path, and goes to the unpacked programs.
# TORCH_LIB names a folder with libtorch; else it is that of the PyTorch of python3. SSAH_GPU_HOME: where to unpack (default ~/ssah).
if [ -z "${TORCH_LIB:-}" ]; then
    TORCH_LIB=$(python3 -c 'import torch, os; print(os.path.join(os.path.dirname(torch.__file__), "lib"))') || return 1
fi
site=$(dirname "$(dirname "$TORCH_LIB")")
cuda=$(ls -d "$site"/nvidia/*/lib "$site"/nvidia/lib 2>/dev/null | paste -sd:)
export LD_LIBRARY_PATH=$TORCH_LIB${cuda:+:$cuda}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-4} DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
packed=$PWD
home=${SSAH_GPU_HOME:-$HOME/ssah}
app=$home/all
if [ -e .gpu/app.tar.xz ] && ! cmp -s .gpu/app.sum "$home/app.sum"; then
    rm -rf "$app"
    mkdir -p "$home/data"
    { xz -dc .gpu/app.tar.xz | tar -C "$home" -xf -; } 2>/dev/null || python3 -m tarfile -e .gpu/app.tar.xz "$home"
    for file in .gpu/*; do case $file in *.tar.xz | *.sh | *.sum | */commit) ;; *) cp -r "$file" "$home/data/" ;; esac; done
    cp .gpu/app.sum "$home/"
fi
[ ! -d .gpu-weights/DnnImageModels ] || [ -d "$app/DnnImageModels" ] || cp -r .gpu-weights/DnnImageModels "$app/"
cd "$home"
