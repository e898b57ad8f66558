namespace SSAH.MLNet.Collections;

/// <summary>What a collection is doing.</summary>
public enum CollectionStage
{
    /// <summary>Looking which files there are, and which of them changed.</summary>
    Listing,

    /// <summary>Reading and encoding images.</summary>
    Encoding,

    /// <summary>Dropping what is gone, or switching to the new codes.</summary>
    Finishing,
}

/// <summary>How far a long operation has come.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">Files that are dealt with.</param>
/// <param name="Total">Files to deal with; while listing 0.</param>
/// <param name="Skipped">Files among those done that cannot be read as images.</param>
/// <param name="Elapsed">Time since the stage began.</param>
public readonly record struct CollectionProgress(CollectionStage Stage, int Done, int Total, int Skipped, TimeSpan Elapsed)
{
    /// <summary>Files a second; 0 before the first.</summary>
    public double Rate => Done > 0 && Elapsed > TimeSpan.Zero ? Done / Elapsed.TotalSeconds : 0;

    /// <summary>Time left at this rate; null before there is one.</summary>
    public TimeSpan? Remaining => Rate > 0 ? TimeSpan.FromSeconds((Total - Done) / Rate) : null;
}
