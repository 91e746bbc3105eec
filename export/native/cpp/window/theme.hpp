// The colours of the desk (desk/page/style.css), light and dark.
#pragma once

#include "Color.hpp"

namespace semeq {

using DGL_NAMESPACE::Color;

struct Theme {
    Color back, card, raised, rim, text, soft, accent, on_accent;
    Color tilt[9];  // of a word, from much darker (orange) over neutral to much brighter (blue)
    float spectrum_alpha;

    static Color hex(unsigned rgb) { return Color(int(rgb >> 16 & 255), int(rgb >> 8 & 255), int(rgb & 255)); }

    static const Theme& of(bool dark) {
        static const Theme light{hex(0xf6f5f2), hex(0xfffefc), hex(0xf0eeea), hex(0xdedad2), hex(0x201d26), hex(0x5b5666),
                                 hex(0xa64b00), hex(0xffffff),
                                 {hex(0x9a3f00), hex(0x95480f), hex(0x8a5428), hex(0x785d47), hex(0x5f5b69), hex(0x4b6380),
                                  hex(0x2b659a), hex(0x0d64ab), hex(0x005db3)},
                                 0.22f};
        static const Theme night{hex(0x131217), hex(0x1b1a21), hex(0x26242d), hex(0x34313d), hex(0xece9f1), hex(0xa8a2b5),
                                 hex(0xf5a742), hex(0x1a1206),
                                 {hex(0xff9d4d), hex(0xf9a763), hex(0xebb283), hex(0xd9bca3), hex(0xbdb8c7), hex(0xaac3de),
                                  hex(0x86bff2), hex(0x66b6fb), hex(0x4fadff)},
                                 0.20f};
        return dark ? night : light;
    }
};

}  // namespace semeq
