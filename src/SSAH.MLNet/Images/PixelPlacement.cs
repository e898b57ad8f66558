using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>Where the pixels of a stored image belong in the upright result: pixel (x, y) goes to <c>Start + x * StepX + y * StepY</c>.</summary>
/// <param name="Width">Width of the result as it is stored, before it is turned.</param>
/// <param name="Height">Height of the result as it is stored.</param>
/// <param name="Start">Byte of the stored image's first pixel.</param>
/// <param name="StepX">Bytes from a stored pixel to the one on its right.</param>
/// <param name="StepY">Bytes from a stored pixel to the one below.</param>
/// <param name="StepColor">Bytes from one color of a pixel to the next.</param>
internal readonly record struct PixelPlacement(int Width, int Height, int Start, int StepX, int StepY, int StepColor)
{
    /// <summary>The placement that an image of a given EXIF orientation needs to fill an upright result.</summary>
    public static PixelPlacement Of(SKEncodedOrigin origin, int width, int height, bool interleaved)
    {
        int right = interleaved ? 3 : 1;
        int down = right * width;
        int stepColor = interleaved ? 1 : width * height;
        int lastX = right * (width - 1);
        int lastY = down * (height - 1);
        return origin switch
        {
            SKEncodedOrigin.TopRight => new(width, height, lastX, -right, down, stepColor),
            SKEncodedOrigin.BottomRight => new(width, height, lastX + lastY, -right, -down, stepColor),
            SKEncodedOrigin.BottomLeft => new(width, height, lastY, right, -down, stepColor),
            SKEncodedOrigin.LeftTop => new(height, width, 0, down, right, stepColor),
            SKEncodedOrigin.RightTop => new(height, width, lastX, down, -right, stepColor),
            SKEncodedOrigin.RightBottom => new(height, width, lastX + lastY, -down, -right, stepColor),
            SKEncodedOrigin.LeftBottom => new(height, width, lastY, -down, right, stepColor),
            _ => new(width, height, 0, right, down, stepColor),
        };
    }

    /// <summary>Whether an image of this EXIF orientation is stored on its side: its width is the height of the upright one.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) => Of(origin, 1, 2, interleaved: true).Width == 2;
}
