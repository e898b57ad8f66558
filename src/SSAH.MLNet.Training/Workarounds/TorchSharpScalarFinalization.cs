using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Workarounds;

/// <summary>
/// TorchSharp 0.107 does not keep the <see cref="Scalar"/> that it makes of a number alive until native code has read it: a collection on another
/// thread may free it in between, and the operation then throws, or computes with what is there by then. Here is the arithmetic that keeps it alive;
/// its own would make a scalar on the way even for <c>a + b</c> and <c>a.square()</c>.
/// </summary>
/// <remarks>A test reads from the compiled assembly that nothing else in Training makes a scalar, in TorchSharp's overloads neither.</remarks>
internal static class TorchSharpScalarFinalization
{
    private static readonly Scalar s_zero = 0.0.ToScalar(), s_one = 1.0.ToScalar(), s_two = 2.0.ToScalar();

    /// <summary>tensor + other.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other) => tensor.add(other, s_one);

    /// <summary>tensor + factor other.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other, Scalar factor) => KeepAlive(tensor.add(other, factor), factor);

    /// <summary>tensor + number.</summary>
    public static Tensor Plus(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.add(scalar, s_one);
    }

    /// <summary>tensor - number.</summary>
    public static Tensor Minus(this Tensor tensor, double number) => tensor.Plus(-number);

    /// <summary>number - tensor.</summary>
    public static Tensor SubtractedFrom(this Tensor tensor, double number) => tensor.neg().Plus(number);

    /// <summary>tensor number.</summary>
    public static Tensor Times(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul(scalar);
    }

    /// <summary>tensor / number.</summary>
    public static Tensor Over(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.div(scalar);
    }

    /// <summary>tensor^2.</summary>
    public static Tensor Square(this Tensor tensor) => tensor.pow(s_two);

    /// <summary>tensor^exponent.</summary>
    public static Tensor Power(this Tensor tensor, double exponent)
    {
        using var scalar = exponent.ToScalar();
        return tensor.pow(scalar);
    }

    /// <summary>The larger of each value and a number.</summary>
    public static Tensor AtLeast(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.clamp_min(scalar);
    }

    /// <summary>The smaller of each value and a number.</summary>
    public static Tensor AtMost(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.clamp_max(scalar);
    }

    /// <summary>Where a value is above 0.</summary>
    public static Tensor IsPositive(this Tensor tensor) => tensor.gt(s_zero);

    /// <summary>Where a value is a number or more.</summary>
    public static Tensor Reaches(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.ge(scalar);
    }

    /// <summary>The value where it is positive, else a slope times it.</summary>
    public static Tensor LeakyRelu(this Tensor tensor, double slope)
    {
        using var scalar = slope.ToScalar();
        return tensor.leaky_relu(scalar);
    }

    /// <summary>A vector of one number.</summary>
    public static Tensor Repeated(double number, long count, Device? device = null)
    {
        using var scalar = number.ToScalar();
        return full(count, scalar, device: device);
    }

    /// <summary>One number, without an axis.</summary>
    public static Tensor Single(double number, Device? device = null)
    {
        using var scalar = number.ToScalar();
        return full([], scalar, device: device);
    }

    /// <summary>Sets all values.</summary>
    public static Tensor Fill(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.fill_(scalar);
    }

    /// <summary>tensor += other.</summary>
    public static Tensor Add(this Tensor tensor, Tensor other) => tensor.add_(other, s_one);

    /// <summary>tensor += factor other.</summary>
    public static Tensor Add(this Tensor tensor, Tensor other, Scalar factor) => KeepAlive(tensor.add_(other, factor), factor);

    /// <summary>tensor += factor other.</summary>
    public static Tensor Add(this Tensor tensor, Tensor other, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.add_(other, scalar);
    }

    /// <summary>tensor += number.</summary>
    public static Tensor Add(this Tensor tensor, Scalar number) => KeepAlive(tensor.add_(number, s_one), number);

    /// <summary>tensor += number.</summary>
    public static Tensor Add(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.add_(scalar, s_one);
    }

    /// <summary>tensor *= number.</summary>
    public static Tensor Multiply(this Tensor tensor, Scalar number) => KeepAlive(tensor.mul_(number), number);

    /// <summary>tensor *= number.</summary>
    public static Tensor Multiply(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul_(scalar);
    }

    /// <summary>tensor += factor left right.</summary>
    public static Tensor AddProduct(this Tensor tensor, Tensor left, Tensor right, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.addcmul_(left, right, scalar);
    }

    /// <summary>tensor += factor numerator / denominator.</summary>
    public static Tensor AddQuotient(this Tensor tensor, Tensor numerator, Tensor denominator, double factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.addcdiv_(numerator, denominator, scalar);
    }

    private static Tensor KeepAlive(Tensor result, Scalar scalar)
    {
        GC.KeepAlive(scalar);
        return result;
    }
}
