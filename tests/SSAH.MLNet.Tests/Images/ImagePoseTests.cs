namespace SSAH.MLNet.Tests.Images;

public sealed class ImagePoseTests
{
    private static readonly ImagePose[] s_poses = Enum.GetValues<ImagePose>();

    // An image without any symmetry.
    private static readonly int[] s_plane = [.. Enumerable.Range(0, 25)];

    [Fact]
    public void Poses_do_what_their_names_say()
    {
        int[] small = [1, 2, 3, 4];
        Assert.Equal([3, 1, 4, 2], Posed(small, 2, ImagePose.Turned90));
        Assert.Equal([4, 3, 2, 1], Posed(small, 2, ImagePose.Turned180));
        Assert.Equal([2, 4, 1, 3], Posed(small, 2, ImagePose.Turned270));
        Assert.Equal([2, 1, 4, 3], Posed(small, 2, ImagePose.Mirrored));
        Assert.Equal([4, 2, 3, 1], Posed(small, 2, ImagePose.MirroredTurned90));
        Assert.Equal([3, 4, 1, 2], Posed(small, 2, ImagePose.MirroredTurned180));
        Assert.Equal([1, 3, 2, 4], Posed(small, 2, ImagePose.MirroredTurned270));
    }

    [Fact]
    public void Poses_are_a_group_that_acts_on_images()
    {
        Assert.Equal(8, s_poses.Select(pose => string.Join(' ', Posed(s_plane, 5, pose))).Distinct().Count());
        foreach (ImagePose first in s_poses)
        {
            Assert.Equal(s_plane, Posed(Posed(s_plane, 5, first), 5, first.Inverse()));
            Assert.Equal(ImagePose.Upright, first.Then(first.Inverse()));
            foreach (ImagePose second in s_poses)
                Assert.Equal(Posed(Posed(s_plane, 5, first), 5, second), Posed(s_plane, 5, first.Then(second)));
        }
    }

    private static int[] Posed(int[] plane, int side, ImagePose pose)
    {
        var posed = new int[plane.Length];
        pose.Apply<int>(plane, side, posed);
        return posed;
    }
}
