using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>Labeled rows that are kept out of training to choose the best encoder by.</summary>
    public sealed class ValidationOptions
    {
        internal ValidationOptions()
        {
        }

        /// <summary>
        /// Share of the labeled rows that is kept out of training to validate on, 0 to 0.95: each of them searches the others, and the encoder with
        /// the best mAP, or with several labels the best NDCG@100, is kept. Default 0: no validation.
        /// </summary>
        [Range(0, 0.95)]
        public double Fraction { get; set; }

        /// <summary>Validations without a better figure after which training stops, at least 1; null never stops early. Needs <see cref="Fraction"/>.</summary>
        [Range(1, int.MaxValue)]
        public int? Patience { get; set; }

        internal ValidationOptions Copy() => (ValidationOptions)MemberwiseClone();
    }
}
