using System.Buffers.Binary;

namespace SSAH.MLNet.Fuzz;

/// <summary>How the inputs of a run are made of good files: each follows from the seed and its number.</summary>
internal abstract class InputSource
{
    /// <summary>The kinds of inputs, by their names on the command line.</summary>
    public static InputSource Of(string kind, int seed) => kind switch
    {
        "mutations" => new Mutations(seed),
        "flips" => new Flips(seed),
        "cuts" => new Cuts(),
        _ => throw new ArgumentException($"The kinds of inputs are mutations, flips and cuts, not '{kind}'."),
    };

    /// <summary>How many inputs there are, at most as many as are wanted.</summary>
    public abstract long CountOf(FileTarget target, long wanted);

    /// <summary>Makes an input; all but mutations are of the smallest sample.</summary>
    public abstract byte[] Make(FileTarget target, long number, long count);

    /// <summary>One bit of the file, every one where there are no more bits than inputs, else a seeded sample.</summary>
    private sealed class Flips(int seed) : InputSource
    {
        public override long CountOf(FileTarget target, long wanted) => Math.Min(wanted, 8L * target.Smallest.Length);

        public override byte[] Make(FileTarget target, long number, long count)
        {
            byte[] bytes = [.. target.Smallest];
            long bit = count == 8L * bytes.Length ? number : new Random(HashCode(seed, number)).NextInt64(8L * bytes.Length);
            bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            return bytes;
        }
    }

    /// <summary>Every beginning of the file, or as many as are wanted at even distances.</summary>
    private sealed class Cuts : InputSource
    {
        public override long CountOf(FileTarget target, long wanted) => Math.Min(wanted, target.Smallest.Length);

        public override byte[] Make(FileTarget target, long number, long count) => target.Smallest[..(int)(number * target.Smallest.Length / count)];
    }

    private sealed class Mutations(int seed) : InputSource
    {
        // What lengths, counts and offsets are broken with.
        private static readonly long[] s_numbers =
        [
            0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MaxValue - 1L, int.MinValue, uint.MaxValue, 1L << 32,
            1L << 40, long.MaxValue, long.MinValue,
        ];

        public override long CountOf(FileTarget target, long wanted) => wanted;

        public override byte[] Make(FileTarget target, long number, long count)
        {
            var random = new Random(HashCode(seed, number));
            byte[] bytes = target.Samples[random.Next(target.Samples.Count)];
            for (int i = 1 << random.Next(4); i > 0; i--)
                bytes = Mutate(bytes, target, random);
            // Half of the inputs have right checksums, or no reader would be tried beyond them.
            return random.Next(2) == 0 ? target.Sign(bytes) : bytes;
        }

        private static byte[] Mutate(byte[] bytes, FileTarget target, Random random)
        {
            if (bytes.Length == 0)
                return [(byte)random.Next(256)];
            int at = random.Next(bytes.Length), length = Math.Min(bytes.Length - at, 1 << random.Next(8));
            byte[] copy = [.. bytes];
            switch (random.Next(10))
            {
                case 0 or 1:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    return copy;
                case 2:
                    copy[at] = (byte)random.Next(256);
                    return copy;
                case 3 or 4:
                    WriteNumber(copy.AsSpan(at), random);
                    return copy;
                case 5:
                    return [.. bytes[..at], .. bytes[(at + length)..]];
                case 6:
                    return [.. bytes[..(at + length)], .. bytes[at..]];
                case 7:
                    return bytes[..at];
                case 8:
                    byte[] other = target.Samples[random.Next(target.Samples.Count)];
                    int from = random.Next(other.Length);
                    return [.. bytes[..at], .. other[from..Math.Min(other.Length, from + length)], .. bytes[at..]];
                default:
                    copy.AsSpan(at, length).CopyTo(copy.AsSpan(random.Next(copy.Length - length + 1)));
                    return copy;
            }
        }

        // Binary in either order, or as digits.
        private static void WriteNumber(Span<byte> place, Random random)
        {
            long number = s_numbers[random.Next(s_numbers.Length)];
            Span<byte> text = stackalloc byte[24];
            int kind = random.Next(4);
            if (kind == 0)
            {
                number.TryFormat(text, out int digits, default, System.Globalization.CultureInfo.InvariantCulture);
                text[..Math.Min(digits, place.Length)].CopyTo(place);
                return;
            }
            if (random.Next(2) == 0)
                BinaryPrimitives.WriteInt64LittleEndian(text, number);
            else
                BinaryPrimitives.WriteInt64BigEndian(text, kind == 1 ? number << 48 : kind == 2 ? number << 32 : number);
            text[..Math.Min(1 << kind, place.Length)].CopyTo(place);
        }
    }

    private static int HashCode(int seed, long number)
    {
        ulong mixed = ((ulong)(uint)seed << 40 ^ (ulong)number) * 0x9E3779B97F4A7C15;
        return (int)(mixed >> 32 ^ mixed) & int.MaxValue;
    }
}
