"""Words of every day that are also somebody's first name or surname: a name only where they begin with a capital."""

from __future__ import annotations

COMMON = frozenset(
    """
    able ali amber angel apple april archer art ash aster august autumn baker ball bank banks barber bay bear
    bell berry best bill birch bird bishop black blossom blue bond book booker bow bowman boy brave bray bridge
    bridges bright brook brooks brown buck bush butcher butler button carol carpenter carter case cash castle
    chance chapel chapman charity chase chip christian church clay clement clever cliff close cloud coal cole
    cook cooper coral cotton court cox crane cross crow crystal daisy dale dawn day days dean dear deer dell
    destiny diamond dick dove drake draper drew duke dusty earl early east ember english eve ever fair faith
    farmer fern field fields finch finn fisher fleet flint flora flower flowers ford forest fort foster fox
    frank free freed freeman french friend frost gale game garden gardener gary gay gem gene gent george gift
    ginger glen glover gold golding good goodman gore grace grant grave graves gray green grey grove guy hale
    hall hand hands handy happy hardy harmony harp harper harry hart hazel head heart heath heather heaven hero
    hill hills holiday holly home honey honor honour hood hooper hope horn house hunt hunter iris ivory ivy jack
    jade jasmine jasper jay jean jewel jolly journey joy judge june just justice kay keen kent king kip kit
    kitty knight lake lamb lance land lane lark lee legend leo lily line lion little lock long lord love low
    lowe lucky mabel mace major man march mark marks marsh marshall mason mat matt max may mead meadow mercy
    merry mews mike mile miles mill miller mills mint mo mole monday moon moor more morning moss myrtle neat new
    noble north nurse oak oaks ocean olive oliver one opal ore page paige park parker parks parson pat patience
    paul peace peach peak pearce pearl penny perry peter phoenix pike pine piper pit place plant pole pool poole
    pope poppy porter post potter pound power precious press price pride prince princess prudence queen quick
    rain rainbow ralph ram ray read reader reed reef reese rich ridge ring rise river rivers roach rob robin
    rock roger rose rosemary rosy rowan rowe ruby rush russell rust rusty sable sadler sage sailor saint sale
    sally salt sand sandy saturday savannah sawyer scout sea seal seven shade sharp shaw shell shepherd shore
    short sierra silver singer singh six skinner sky slate small smart smith snow son song south sparrow spear
    spike spring star stark steel stem sterling stern still stock stone storm strange street strong sue summer
    summers sun sunday sunny swan swift tab tanner taylor teal ted temple tennis thorn three tide tile till tim
    tiny tommy tower towers town trace trinity trip true turner two tyler tyre vale valentine van venture victor
    victory violet virtue wade walker wall wallace walls ward warden warren water waters way weaver webb week
    weeks well wells west wheat wheeler white wild will willow wilt win wind winner winter wise wolf wood woods
    wright yard young zone
    """.split()  # noqa: SIM905
)
"""In lower case."""
