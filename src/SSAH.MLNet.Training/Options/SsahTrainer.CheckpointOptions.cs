using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>
    /// What is written to disk while a training runs, so that it can go on after its program was ended (<see cref="Options.ResumeFrom"/>). Learning
    /// from frozen features takes seconds and writes none.
    /// </summary>
    public sealed class CheckpointOptions
    {
        internal CheckpointOptions()
        {
        }

        /// <summary>
        /// Folder of this training's checkpoints, one folder each; it is made where it is missing, and must not hold those of another training. Null
        /// (default) writes none. A checkpoint that cannot be
        /// written, as on a full disk, is a warning: the training and the checkpoints before it stay.
        /// </summary>
        public string? Folder { get; set; }

        /// <summary>H-steps between two checkpoints, at least 1; null (default) goes by <see cref="EveryMinutes"/> only.</summary>
        [Range(1, int.MaxValue)]
        public int? EverySteps { get; set; }

        /// <summary>Minutes between two checkpoints, 0.01 to 10000. Default 10.</summary>
        [Range(0.01, 10000)]
        public double EveryMinutes { get; set; } = 10;

        /// <summary>How many of the last checkpoints are kept, 1 to 1000; the one with the best validation is kept besides. Default 2.</summary>
        [Range(1, 1000)]
        public int Keep { get; set; } = 2;

        internal CheckpointOptions Copy() => (CheckpointOptions)MemberwiseClone();
    }
}
