namespace SSAH.MLNet;

/// <summary>Watches the first images of a column of floats for values that are not 0 to 255, as a scaled or centered image has.</summary>
internal sealed class PixelRange
{
    private const int Watched = 64;
    private const int Enough = 16;

    private int _images;
    private float _low = float.MaxValue;
    private float _high = float.MinValue;
    private bool _hasFractions;

    /// <summary>Whether enough images have been seen.</summary>
    public bool IsFull => _images >= Watched;

    /// <summary>Looks at one more image; those after the first 64 are passed over.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (IsFull)
            return;
        _images++;
        foreach (float value in values)
        {
            _low = Math.Min(_low, value);
            _high = Math.Max(_high, value);
            _hasFractions |= value != MathF.Truncate(value);
        }
    }

    /// <summary>What is wrong with the values seen so far and what to do, or null.</summary>
    /// <param name="source">What holds them, for example <c>Column 'Pixels'</c>.</param>
    public string? Complaint(string source)
    {
        // An image that is black but for a few specks has values 0 and 1 as well, but no fractions; many such images are no accident.
        bool isScaled = _low >= 0 && _high is > 0 and <= 1 && (_hasFractions || _images >= Enough);
        if (_images == 0 || (!isScaled && _low >= 0 && _high <= 256))
            return null;
        string remedy = isScaled ? "leave out scaleImage of ExtractPixels, or multiply by 255"
            : _low < 0 ? "leave out offsetImage and scaleImage of ExtractPixels"
            : "scale the values to 0 to 255";
        return FormattableString.Invariant(
            $"{source} has values from {_low:G4} to {_high:G4}, but pixels are 0 to 255: {remedy}. The network centers and scales them itself.");
    }
}
