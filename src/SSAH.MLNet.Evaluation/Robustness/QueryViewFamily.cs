namespace SSAH.MLNet.Evaluation;

/// <summary>What is done to a query in a view of it.</summary>
public enum QueryViewFamily
{
    /// <summary>Turned about its center.</summary>
    Rotation,

    /// <summary>Partly covered by a gray square.</summary>
    Occlusion,

    /// <summary>Shrunk or enlarged about its center.</summary>
    Scale,

    /// <summary>Its middle part, enlarged to the whole.</summary>
    Crop,

    /// <summary>Darker or brighter.</summary>
    Brightness,

    /// <summary>Blurred.</summary>
    Blur,

    /// <summary>Compressed as a JPEG and read again.</summary>
    Jpeg,

    /// <summary>Turned, then partly covered.</summary>
    RotationAndOcclusion,
}
