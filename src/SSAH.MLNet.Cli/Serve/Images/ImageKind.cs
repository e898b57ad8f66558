namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>A format of images, told by the first bytes.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Extension">The ending of its files, with the dot.</param>
internal sealed record ImageKind(string MediaType, string Extension)
{
    /// <summary>Bytes that are enough to tell.</summary>
    public const int HeadLength = 12;

    private static readonly ImageKind s_jpeg = new("image/jpeg", ".jpg"), s_png = new("image/png", ".png"), s_gif = new("image/gif", ".gif"),
        s_webp = new("image/webp", ".webp"), s_bmp = new("image/bmp", ".bmp"), s_icon = new("image/x-icon", ".ico");

    /// <summary>The format, or null where it is none that is read.</summary>
    public static ImageKind? Of(ReadOnlySpan<byte> head) => head switch
    {
        [0xff, 0xd8, 0xff, ..] => s_jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => s_png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => s_gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => s_webp,
        [(byte)'B', (byte)'M', _, _, _, _, _, _, ..] => s_bmp,
        [0, 0, 1, 0, > 0, ..] => s_icon,
        _ => null,
    };

    /// <summary>The format of what a stream holds from its beginning, where it stands again afterwards.</summary>
    public static ImageKind? Of(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        stream.Position = 0;
        int read = stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        stream.Position = 0;
        return Of(head[..read]);
    }
}
