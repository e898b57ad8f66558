using TorchSharp;

namespace SSAH.MLNet.Training.Loop;

/// <summary>
/// While it lasts, a GPU multiplies float32 as float32. libtorch's convolutions round factors to the ten bits of TF32 where the GPU has it, which is good enough to train
/// with and too coarse to compare an export with. On the CPU it changes nothing.
/// </summary>
internal static class FullPrecision
{
    private static bool s_convolutions, s_products;

    private static readonly SharedSetting s_setting = new(
        () =>
        {
            (s_convolutions, s_products) = (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32);
            Set(false, false);
        },
        () => Set(s_convolutions, s_products));

    /// <summary>Holds until the result is disposed.</summary>
    public static IDisposable Start() => s_setting.Use();

    private static void Set(bool convolutions, bool products) => (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) = (convolutions, products);
}
