namespace SSAH.MLNet;

/// <summary>How an image of any size becomes one of the size wanted.</summary>
public enum ImageResizing
{
    /// <summary>Scaled until it covers the size, both ends cut off evenly: proportions stay, as networks want it. The default.</summary>
    Cover,

    /// <summary>The whole image scaled to the size, each axis by its own factor: nothing is cut off, as hashes that look for copies want it.</summary>
    Stretch,
}
