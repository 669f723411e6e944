# Registros de los comercios.

label-turnover = Cobrado

# Las operaciones del día, a quien indicó el comercio. NO PAYMENTS THIS DAY lo buscan las máquinas: se queda así.
report-registry =
    .subject = { $shop }: registro del { $day }
    .title = Registro del { $day }
    .lead = Estas son las sumas de { $shop } del día en { $zone }, por moneda. Las operaciones están en la tabla adjunta.
    .next = Recibe esto porque { $shop } indicó esta dirección para su registro diario.

report-registry-empty =
    .subject = { $shop }: registro del { $day }: NO PAYMENTS THIS DAY
    .title = NO PAYMENTS THIS DAY: sin pagos este día
    .lead = { $shop } no cobró nada el { $day } ({ $zone }) ni devolvió nada.
    .next = Recibe esto porque { $shop } indicó esta dirección para su registro diario.
