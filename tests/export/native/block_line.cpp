// Reads pairs "value frames" of blocks and prints where block_line.hpp goes in each: "start end". The first value is
// where it begins; values lie between 0 and 1.
#include <cstdio>

#include "block_line.hpp"

int main() {
    semeq::BlockLine line;
    float value;
    int frames;
    bool first = true;
    while (std::scanf("%f %d", &value, &frames) == 2) {
        if (first)
            line.jump(value);
        else
            line.begin(value, frames, 0.0f, 1.0f);
        std::printf("%.9g %.9g\n", double(line.at(0)), double(line.at(1)));
        first = false;
    }
}
