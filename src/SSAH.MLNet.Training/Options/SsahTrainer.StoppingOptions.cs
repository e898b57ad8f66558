using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>When training ends: at whichever limit comes first. The learning rates follow it.</summary>
    public sealed class StoppingOptions
    {
        internal StoppingOptions()
        {
        }

        /// <summary>
        /// Passes over the labeled or the unlabeled rows, whichever take more steps, at least 1. Default 20 where no other limit is given, else no
        /// limit.
        /// </summary>
        [Range(1, int.MaxValue)]
        public int? Epochs { get; set; }

        /// <summary>Largest number of H-steps, at least 1. Default: no limit.</summary>
        [Range(1, int.MaxValue)]
        public int? MaxSteps { get; set; }

        /// <summary>
        /// Longest time from the first step to the last, above zero; reading the images and computing features of a frozen network come before it.
        /// Default: no limit.
        /// </summary>
        public TimeSpan? TimeBudget { get; set; }

        /// <summary>Stops reading of rows, and training between two steps.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>What a canceled <c>Fit</c> does. Default <see cref="CancellationBehavior.Throw"/>.</summary>
        public CancellationBehavior OnCancel { get; set; } = CancellationBehavior.Throw;

        /// <summary>What a loss that is not a finite number does. Default <see cref="DivergenceBehavior.Throw"/>.</summary>
        public DivergenceBehavior OnDivergence { get; set; } = DivergenceBehavior.Throw;

        internal StoppingOptions Copy() => (StoppingOptions)MemberwiseClone();
    }
}
