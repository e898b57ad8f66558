namespace SSAH.MLNet;

/// <summary>Why a training ended.</summary>
public enum TrainingStopReason
{
    /// <summary>All steps were done.</summary>
    AllSteps,

    /// <summary>The time budget was used up.</summary>
    TimeBudget,

    /// <summary>It was canceled, and the best encoder so far was kept.</summary>
    Canceled,

    /// <summary>Validation got no better for as long as its patience.</summary>
    NoImprovement,
}
